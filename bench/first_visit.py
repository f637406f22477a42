"""A first visit on a bad line and an old phone: requests, bytes and first paint, in real Chromium.

Each visit has a browser context of its own: no cache, no connection, no script that was compiled before. The
processor is slowed down to a quarter (``Emulation.setCPUThrottlingRate``). Two ways to slow the line down:

- the browser's own (``Network.emulateNetworkConditions``), as its developer tools and page-speed audits have
  it: 400 ms between a request and the head of its answer, 50,000 bytes a second. It does not slow down the
  handshake of TCP or TLS;
- a line of our own (``bench.slow_line``), which does.
"""

from __future__ import annotations

import shutil
import statistics
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from bench.serving import running
from bench.slow_line import BYTES_A_SECOND, ROUND_TRIP, slow_line

VISITS = 15
SLOWER = 4
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PAINT = """() => new Promise((done) => {
  const seen = () => performance.getEntriesByName("first-contentful-paint")[0];
  if (seen()) return done(seen().startTime);
  new PerformanceObserver(() => seen() && done(seen().startTime)).observe({ type: "paint", buffered: true });
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit took: requests, bytes on the wire, seconds to the first contentful paint."""

    requests: int
    size: int
    paint: float


def main() -> None:
    """Print a row for each way to slow the line down."""
    program = shutil.which("chromium")
    with running("product") as product, sync_playwright() as driving:
        browser = driving.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        address = f"http://{product.host}:{product.port}{product.path}"
        print(f"{browser.version}; {VISITS} visits each; processor {SLOWER} times slower; ", end="")
        print(f"{ROUND_TRIP * 1000:.0f} ms there and back, {BYTES_A_SECOND * 8 / 1000:.0f} kbit/s")
        _tell("no emulation at all", browser, address, slower=1)
        _tell("the browser's emulation", browser, address, emulated=True)
        for handshakes, name in (
            (0, "own line, connection open"),
            (1, "own line, TCP"),
            (2, "own line, TCP, TLS"),
        ):
            with slow_line(product.host, product.port, handshakes) as port:
                _tell(name, browser, f"http://127.0.0.1:{port}{product.path}")
        browser.close()


def _tell(name: str, browser: Browser, address: str, *, slower: int = SLOWER, emulated: bool = False) -> None:
    visits = [_visit(browser, address, slower, emulated=emulated) for _ in range(VISITS + 1)][1:]
    paints = sorted(visit.paint for visit in visits)
    requests = {visit.requests for visit in visits}
    sizes = {visit.size for visit in visits}
    print(
        f"{name:28} requests {max(requests)}, bytes {max(sizes)}, first paint: "
        f"best {paints[0]:.3f} s, median {statistics.median(paints):.3f} s, worst {paints[-1]:.3f} s"
    )


def _visit(browser: Browser, address: str, slower: int, *, emulated: bool) -> Visit:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    if emulated:
        line = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        latency = ROUND_TRIP * 1000
        tools.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency, **line})
    asked: list[str] = []
    sizes: list[int] = []
    tools.on("Network.requestWillBeSent", lambda told: asked.append(str(told["request"]["url"])))
    tools.on("Network.loadingFinished", lambda told: sizes.append(round(told["encodedDataLength"])))
    page.goto(address, wait_until="load")
    paint = float(page.evaluate(PAINT)) / 1000
    page.wait_for_timeout(500)  # what would still be asked for
    context.close()
    # A picture in an address of its own (the faces, the empty icon) is no request.
    real = [each for each in asked if not each.startswith("data:")]
    return Visit(len(real), sum(sizes), paint)


if __name__ == "__main__":
    main()
