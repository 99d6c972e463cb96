import io
from bot.observe.logs import configure_logs
from tests.harness.house import House

async def test_detector_fault_carries_the_words(house: House, monkeypatch) -> None:
    await house.enrol("Alex")
    out = io.StringIO()
    configure_logs(as_json=True, level="INFO", stream=out)
    def breaks(text: str) -> None:
        {}[text]
    monkeypatch.setattr(house.app.rooms.crisis._detector, "assess", breaks)
    await house["Alex"].says("CANARY words of mine", in_="morning-check-in")
    assert house["Rivera"].is_paged()
    assert "CANARY" not in out.getvalue()
