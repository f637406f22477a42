"""The empty ``words.toml`` of a further language, the Vietnamese above every line that waits to be filled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from forms.instrument import Questionnaire
from forms.languages.entries import entries
from forms.languages.known import vietnamese_name

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

HEAD = """\
# {language}: mọi câu chữ của phiếu khảo sát, chờ người nói thành thạo tiếng này điền vào.
# Dòng bắt đầu bằng dấu # là tiếng Việt. Xin viết bản dịch vào giữa hai dấu ngoặc kép ngay bên dưới.
# Chữ trong ngoặc nhọn, như {{minutes}}, là chỗ máy điền số hay tên: xin giữ nguyên, đặt ở đâu trong câu cũng được.
# Không dịch bằng máy. Câu nào chưa chắc, xin để trống: thứ tiếng này chỉ hiện ra khi mọi câu đã có.
# Kiểm tra: ./hailong language check THƯ-MỤC

[language]
tag = {tag}
questionnaire = {ref}
# Tên của thứ tiếng này, viết bằng chính thứ tiếng ấy
name = ""
"""


def write(q: Questionnaire, tag: str) -> str:
    """Return the template of a language for a questionnaire."""
    head = HEAD.format(language=vietnamese_name(tag), tag=json.dumps(tag), ref=json.dumps(q.ref))
    return head + "\n".join(_lines(q)) + "\n"


def _lines(q: Questionnaire) -> Iterator[str]:
    table = ""
    for path, vietnamese in entries(q).items():
        parent, _, key = path.rpartition(".")
        if parent != table:
            table = parent
            yield f"\n[{'.'.join(_name(part) for part in parent.split('.'))}]"
        yield f"# {vietnamese}"
        yield f'{_name(key)} = ""'


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key)
