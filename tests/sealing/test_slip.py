from evidence_kit.sealing.slip import slip_page

CODE = "CJ7E-CKOU-CXTD-J4Q4-VLYC-CAR6-VNIM-A6O6-3GGP"


def test_a_slip_shows_the_code_and_names_neither_matter_nor_association() -> None:
    shown = slip_page(CODE, "LRC-2026-0042", 56, "2026-11-23").decode()
    for group in CODE.split("-"):
        assert f"<span>{group}</span>" in shown
    for word in (
        "LRC",
        "evidence",
        "preuve",
        "chantage",
        "blackmail",
        "دليل",
        "ابتزاز",
        "http://",
        "https://",
        "<script",
    ):
        assert word not in shown.replace("http://www.w3.org/2000/svg", "")
    assert "0042" in shown
    assert "56" in shown
