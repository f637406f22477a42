// Reads a kiosk's series of codes with the camera, where the browser can. What was read goes into the text
// field, which stays the only place of it and can be filled by any other means.
"use strict";

(() => {
  const form = document.querySelector("form[data-codes]");
  if (!form || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const LINE = /^HLK1\/([0-9A-F]{8})\/(\d+)\/(\d+)\/[0-9A-F]{6}\/[A-Z2-7]+$/;
  const EVERY = 150;
  const part = (name) => form.querySelector(`[data-part=${name}]`);
  const [camera, open, video, said, box] = ["camera", "open", "video", "said", "text"].map(part);
  const lines = () => box.value.split(/\s+/).filter((line) => LINE.test(line));
  let stream = null;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
    open.hidden = false;
  };

  const tell = (series) => {
    const ofSeries = lines().map((line) => LINE.exec(line)).filter(([, name]) => name === series);
    const have = new Set(ofSeries.map(([, , number]) => number)).size;
    const count = Number(ofSeries[0][3]);
    said.textContent = (have === count ? said.dataset.all : said.dataset.some).replace("{have}", have).replace("{count}", count);
    if (have === count) stop();
  };

  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    for (const { rawValue } of found) {
      const match = LINE.exec(rawValue);
      if (!match || lines().includes(rawValue)) continue;
      box.value += `${box.value && !box.value.endsWith("\n") ? "\n" : ""}${rawValue}\n`;
      navigator.vibrate?.(60);
      tell(match[1]);
    }
    setTimeout(look, EVERY, detector);
  };

  open.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      said.textContent = said.dataset.refused;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    open.hidden = true;
    await video.play();
    look(new BarcodeDetector({ formats: ["qr_code"] }));
  });
  camera.hidden = false;
})();
