"""Every command of ``./hailong``: its name, where it lives and one line about it.

A command's module is imported when the command is called, and its one line stands here, so that
``--help`` loads neither the web framework nor the database nor the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.cli.language import say


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives (``module:attribute``) and its one line in both languages."""

    target: str
    vi: str
    en: str

    @property
    def summary(self) -> str:
        """The one line in the language in force."""
        return say(self.vi, self.en)


def _entry(name: str, vi: str, en: str) -> tuple[str, Entry]:
    word = name.replace("-", "_")
    return name, Entry(f"survey.cli.{word}:{word}", vi, en)


COMMANDS: Mapping[str, Entry] = dict(
    (
        _entry("demo", "Chạy thử với dữ liệu mẫu.", "Run a rehearsal with sample data."),
        _entry("init", "Tạo cơ sở dữ liệu và khóa.", "Create the database and the keys."),
        _entry("serve", "Chạy máy chủ.", "Run the server."),
        _entry("plan", "Kiểm tra và nạp kế hoạch khảo sát.", "Check and load a survey plan."),
        (
            "language",
            Entry(
                "survey.cli.language_folders:language_folders",
                "Tạo và kiểm tra thư mục ngôn ngữ.",
                "Make and check folders of languages.",
            ),
        ),
        _entry("units", "Liệt kê đơn vị và chỉ tiêu.", "List the units and their quotas."),
        _entry("links", "Liệt kê địa chỉ mã QR của từng đơn vị.", "List the QR addresses of every unit."),
        _entry("posters", "Vẽ áp phích, biển để bàn và thẻ.", "Draw posters, table tents and cards."),
        _entry("tickets", "In và hạch toán mã dùng một lần.", "Print and account for one-time codes."),
        _entry("invitations", "Gửi thư mời và một lần nhắc.", "Send invitations and one reminder."),
        _entry("alerts", "Báo kiosk giữ phiếu quá lâu.", "Tell of kiosks that hold answers too long."),
        _entry("account", "Thêm, đóng, đặt lại mật khẩu tài khoản.", "Add, close and reset accounts."),
        _entry("import-responses", "Nhập phiếu từ tệp CSV.", "Import responses from a CSV file."),
        _entry("import-kiosk", "Nhập phiếu chờ từ tệp của một kiosk.", "Import a kiosk's waiting records."),
        _entry("export-responses", "Xuất phiếu ra tệp CSV.", "Export responses to a CSV file."),
        _entry("forms", "In phiếu giấy có số, đọc phiếu quét.", "Print numbered paper forms and read scans."),
        _entry(
            "close-verification",
            "Kết thúc xác minh phiếu giấy.",
            "Close the verification of paper forms.",
        ),
        _entry("results", "Tính kết quả khảo sát.", "Compute the survey's results."),
        _entry("report", "Lập báo cáo PDF và XLSX.", "Write the report as PDF and XLSX."),
        _entry("score", "Chấm một bộ dữ liệu khảo sát.", "Score a data set of a survey."),
        _entry("plan-size", "Tính số phiếu cần thu.", "Compute how many forms are needed."),
        _entry("doctor", "Kiểm tra cài đặt và dữ liệu.", "Check the installation and its data."),
        _entry("version", "Cho biết phiên bản.", "Tell the version."),
    )
)
