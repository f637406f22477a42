"""What may import what, beyond the contracts in ``setup.cfg``."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.house import tree

WEB = {"flask", "flask_babel", "flask_limiter", "flask_login", "flask_security", "flask_wtf", "werkzeug"}
# Third-party packages by room; the most particular room counts, and a room without a line has none.
ALLOWED = {
    "forms": {"qrcode", "reportlab", "PIL", "cv2", "numpy", "pypdfium2", "zxingcpp"},
    "forms.questionnaire": set[str](),
    "scoring": {"numpy", "scipy"},
    "scoring.charts": {"numpy", "matplotlib"},
    "survey": set[str](),
    "survey.cli": {"click", "rich"},
    "survey.cli.account": {"click", "flask_security"},
    "survey.database": {"sqlalchemy", "pysqlite3", "psycopg"},
    "survey.documents": {"reportlab", "xlsxwriter", "babel", "pypdf"},
    "survey.extensions": WEB,
    "survey.keys": {"cryptography"},
    "survey.ledger": {"cryptography"},
    "survey.logs": {"structlog"},
    "survey.mail.letters": {"jinja2"},
    "survey.models": {"sqlalchemy", "flask_security"},
    "survey.documents.signing.signing": {"cryptography"},
    "survey.documents.signing.signer": {"pyhanko"},
    "survey.server": {"waitress"},
    "survey.services": {"sqlalchemy", "structlog"},
    "survey.services.accounts.accounts": {"sqlalchemy", "flask_security"},
    "survey.services.results.estimates": {"sqlalchemy", "numpy"},
    "survey.services.kiosks.encrypted_records": {"cryptography"},
    "survey.services.kiosks.signatures": {"cryptography"},
    "survey.services.paper.doubtful_forms": {"sqlalchemy", "cryptography"},
    "survey.services.installation.schema": {"sqlalchemy", "alembic"},
    "survey.web": WEB | {"wtforms", "markupsafe", "structlog"},
    "survey.web.accounts.sign_in": WEB
    | {"sqlalchemy"},  # Flask-Security keeps its accounts through a session
}
# Seconds at the first import, which neither a citizen nor --help should wait for.
HEAVY = {"scipy", "matplotlib", "PIL", "reportlab"}
HEAVIER_THAN_HELP = HEAVY | {"flask", "sqlalchemy", "numpy", "flask_security", "alembic", "rich"}


def foreign(module: str) -> set[str]:
    """The third-party packages that *module* imports itself."""
    tops = {name.partition(".")[0] for name in tree.imports().find_modules_directly_imported_by(module)}
    return tops - set(tree.PACKAGES) - sys.stdlib_module_names - {"_typeshed"}


def ours() -> list[str]:
    return sorted(name for name in tree.imports().modules if name.partition(".")[0] in tree.PACKAGES)


def room(module: str) -> str:
    while module not in ALLOWED:
        module = module.rpartition(".")[0]
    return module


def reached_from(module: str) -> set[str]:
    """The third-party packages that importing *module* brings in, by whatever way."""
    graph = tree.imports()
    seen: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        found = {name.rpartition(".")[0]}  # a module's package is imported before it
        if name != "survey":  # whose own imports wait inside create_app
            found |= graph.find_modules_directly_imported_by(name)
        waiting |= (found & graph.modules) - seen
    return {name.partition(".")[0] for name in seen} - set(tree.PACKAGES)


@pytest.mark.parametrize("module", ours())
def test_each_room_uses_only_its_own_libraries(module: str) -> None:
    assert foreign(module) <= ALLOWED[room(module)]


@pytest.mark.parametrize("path", tree.modules())
def test_no_import_stands_inside_a_function(path: str) -> None:
    deferred = [
        f"{path}:{inner.lineno}"
        for function in tree.functions(tree.modules()[path])
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
        and (path, function.name) != ("survey/__init__.py", "create_app")
    ]
    assert deferred == []


def test_a_citizen_waits_for_no_heavy_library() -> None:
    assert not reached_from("survey.web.collection.citizen") & HEAVY


def test_help_waits_for_no_heavy_library() -> None:
    assert not reached_from("survey.cli.__main__") & HEAVIER_THAN_HELP


def test_heavy_libraries_are_found_where_they_are_used() -> None:
    assert "matplotlib" in reached_from("scoring.charts.forest")  # or the two tests above prove nothing


def test_help_loads_no_heavy_library_when_it_runs() -> None:
    program = (
        "import sys; from survey.cli.boundary import run; code = run(['--help']); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tree.ROOT, capture_output=True, text=True, check=True
    )
    assert not set(done.stderr.split()) & HEAVIER_THAN_HELP
    assert "plan-size" in done.stdout


def test_every_blueprint_is_in_the_contract_that_keeps_them_apart() -> None:
    listed = set(tree.settings()["importlinter:contract:blueprints"]["modules"].split())
    found = {
        path.removesuffix(".py").replace("/", ".")
        for path, module in tree.modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Blueprint"
    }
    assert found == listed


def test_no_contract_has_exceptions() -> None:
    parser = tree.settings()
    contracts = [section for section in parser.sections() if section.startswith("importlinter")]
    assert len(contracts) > 1
    assert not [section for section in contracts if "ignore_imports" in parser[section]]
