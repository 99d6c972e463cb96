import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db import Database, KeyRing
from bot.db.keys import add_key_to_file, exposed, find_keys, key_file_for, load_or_make_key_file, new_key, parse_keys
from bot.db.migrate import migrate
from bot.errors import DatabaseError, SettingsError, WrongKeyError

KEYS = st.binary(min_size=32, max_size=32)


class TestRing:
    @given(key=KEYS, plain=st.binary(max_size=300), context=st.binary(max_size=30))
    def test_what_is_sealed_opens_in_its_context(self, key: bytes, plain: bytes, context: bytes) -> None:
        ring = KeyRing([key])
        blob = ring.encrypt(plain, context)
        assert ring.decrypt(blob, context) == plain
        assert ring.is_current(blob)
        assert len(blob) == len(plain) + 33

    @given(plain=st.binary(max_size=50), context=st.binary(max_size=30), other=st.binary(max_size=30))
    def test_it_opens_in_no_other_context(self, plain: bytes, context: bytes, other: bytes) -> None:
        ring = KeyRing([bytes(32)])
        if context != other:
            with pytest.raises(DatabaseError):
                ring.decrypt(ring.encrypt(plain, context), other)

    @given(plain=st.binary(max_size=50), place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
    def test_a_changed_byte_anywhere_is_noticed(self, plain: bytes, place: int, flip: int) -> None:
        ring = KeyRing([bytes(32)])
        blob = bytearray(ring.encrypt(plain, b"t.c"))
        blob[place % len(blob)] ^= flip
        with pytest.raises(DatabaseError):
            ring.decrypt(bytes(blob), b"t.c")

    @given(plain=st.binary(max_size=50), cut=st.integers(min_value=1))
    def test_a_cut_value_is_noticed(self, plain: bytes, cut: int) -> None:
        ring = KeyRing([bytes(32)])
        blob = ring.encrypt(plain, b"t.c")
        with pytest.raises(DatabaseError):
            ring.decrypt(blob[: -(cut % len(blob) or 1)], b"t.c")

    @given(keys=st.lists(KEYS, min_size=2, max_size=5, unique=True), data=st.data())
    def test_every_listed_key_opens_and_the_newest_seals(self, keys: list[bytes], data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(keys))
        ring = KeyRing(keys)
        blob = KeyRing([one]).encrypt(b"words", b"t.c")
        assert ring.decrypt(blob, b"t.c") == b"words"
        assert ring.is_current(blob) is (one == keys[0])
        assert KeyRing([keys[0]]).decrypt(ring.encrypt(b"words", b"t.c"), b"t.c") == b"words"

    def test_a_key_that_is_not_listed_is_named_and_not_shown(self) -> None:
        one, other = b"\x11" * 32, b"\x22" * 32
        with pytest.raises(WrongKeyError) as wrong:
            KeyRing([other]).decrypt(KeyRing([one]).encrypt(b"words", b"t.c"), b"t.c")
        assert KeyRing([one]).key_id in str(wrong.value)
        assert "HANDRAIL_SECURITY__KEYS" in str(wrong.value)
        assert one.hex() not in str(wrong.value)

    def test_a_ring_never_shows_its_keys(self) -> None:
        key = os.urandom(32)
        assert repr(KeyRing([key])) == f"KeyRing({KeyRing([key]).key_id})"

    def test_derived_keys_differ_by_salt_purpose_and_key(self) -> None:
        ring = KeyRing([b"\x11" * 32, b"\x22" * 32])
        made = [
            ring.derive(b"salt", b"purpose"),
            ring.derive(b"pepper", b"purpose"),
            ring.derive(b"salt", b"porpoise"),
            ring.derive(b"salt", b"purpose", ring.key_ids[1]),
        ]
        assert len(set(made)) == 4
        assert ring.derive(b"salt", b"purpose", ring.key_id) == made[0]
        with pytest.raises(WrongKeyError):
            ring.derive(b"salt", b"purpose", "00000000")

    @pytest.mark.parametrize("keys", [[], [b"short"], [bytes(32), bytes(31)]])
    def test_takes_keys_of_32_bytes_only(self, keys: list[bytes]) -> None:
        with pytest.raises(ValueError, match="key"):
            KeyRing(keys)


class TestWrittenDown:
    @given(seed=st.binary(min_size=1, max_size=8))
    def test_every_form_is_the_same_key(self, seed: bytes) -> None:
        key = KeyRing([bytes(32)]).derive(seed, b"any key")
        forms = [
            base64.b64encode(key).decode(),
            base64.urlsafe_b64encode(key).decode(),
            base64.b64encode(key).decode().rstrip("="),
            base64.urlsafe_b64encode(key).decode().rstrip("="),
            key.hex(),
            key.hex().upper(),
            f"  {key.hex()}\n",
        ]
        assert {parse_keys(form).key_id for form in forms} == {KeyRing([key]).key_id}

    def test_the_first_is_the_newest(self) -> None:
        first, second = new_key(), new_key()
        assert parse_keys(f"{first}, {second}").key_id == parse_keys(first).key_id
        assert parse_keys(f"{first}, {second}").key_ids == (parse_keys(first).key_id, parse_keys(second).key_id)

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ("", "is empty"),
            ("correct horse battery staple", "is not 32 bytes"),
            ("abc!" * 11, "is not 32 bytes"),
            (base64.b64encode(bytes(range(31))).decode(), "is not 32 bytes"),
            (base64.b64encode(bytes(range(33))).decode(), "is not 32 bytes"),
            (bytes(range(33)).hex(), "is not 32 bytes"),
            ("0" * 64, "is not random"),
            ("ключ" * 11, "is not 32 bytes"),
        ],
    )
    @pytest.mark.parametrize("position", [1, 2])
    def test_a_wrong_one_is_told_by_its_position_and_never_shown(self, wrong: str, why: str, position: int) -> None:
        keys = [new_key(), new_key()]
        keys[position - 1] = wrong
        with pytest.raises(SettingsError) as refused:
            parse_keys(",".join(keys))
        sentence = str(refused.value)
        assert sentence.startswith(f"HANDRAIL_SECURITY__KEYS: key {position} {why}")
        assert "python -m bot keys new" in sentence
        assert not wrong or wrong not in sentence

    def test_the_same_key_twice_is_told(self) -> None:
        key = new_key()
        with pytest.raises(SettingsError, match="key 3 is the same as key 1"):
            parse_keys(f"{key},{new_key()},{key}")


class TestKeyFile:
    def test_is_made_once_for_its_owner_only_and_used_again(self, tmp_path: Path) -> None:
        path = key_file_for(tmp_path / "data" / "handrail.db")
        ring = load_or_make_key_file(path)
        assert path == tmp_path / "data" / "handrail.db.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert load_or_make_key_file(path).key_id == ring.key_id
        assert [file.name for file in path.parent.iterdir()] == ["handrail.db.key"]
        assert exposed(path) is None

    def test_one_that_others_may_read_is_used_and_told(self, tmp_path: Path) -> None:
        path = tmp_path / "handrail.db.key"
        ring = load_or_make_key_file(path)
        path.chmod(0o640)
        assert load_or_make_key_file(path).key_id == ring.key_id
        assert "chmod 600" in (exposed(path) or "")

    def test_a_new_key_goes_before_the_old_ones(self, tmp_path: Path) -> None:
        path = tmp_path / "handrail.db.key"
        old = load_or_make_key_file(path)
        both = add_key_to_file(path)
        assert both.key_ids[1:] == old.key_ids
        assert load_or_make_key_file(path).key_ids == both.key_ids
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(SettingsError, match="no key file"):
            add_key_to_file(tmp_path / "other.key")

    @pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe", b"hunter2\n"])
    def test_one_that_cannot_be_used_is_told_by_its_name(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "handrail.db.key"
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"The key file .*handrail\.db\.key") as refused:
            load_or_make_key_file(path)
        assert "hunter2" not in str(refused.value)
        assert path.read_bytes() == content

    async def test_none_is_made_beside_a_database_that_is_encrypted_already(self, url: str, tmp_path: Path) -> None:
        keys = find_keys(url, None)
        database = await Database.open(url, keys)
        await migrate(database)
        await database.close()
        path = tmp_path / "house" / "handrail.db.key"
        path.rename(tmp_path / "elsewhere")
        with pytest.raises(WrongKeyError, match="is gone"):
            find_keys(url, None)
        assert not path.exists()
        (tmp_path / "elsewhere").rename(path)
        assert find_keys(url, None).key_id == keys.key_id

    async def test_one_is_made_beside_a_database_that_is_not(self, url: str) -> None:
        keyless = await Database.open(url, None)
        await migrate(keyless)
        await keyless.close()
        database = await Database.open(url, find_keys(url, None))
        assert await migrate(database) == []
        await database.close()
        with pytest.raises(WrongKeyError, match="no key is set"):
            await Database.open(url, None)

    def test_none_is_made_beside_what_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "handrail.db").write_bytes(b"a letter to somebody, and by no means a database" * 100)
        with pytest.raises(DatabaseError, match="not a SQLite database"):
            find_keys(f"sqlite+aiosqlite:///{tmp_path}/handrail.db", None)
        assert not (tmp_path / "handrail.db.key").exists()


class TestFound:
    def test_the_setting_goes_before_the_file(self, url: str, tmp_path: Path) -> None:
        listed = new_key()
        assert find_keys(url, listed).key_id == parse_keys(listed).key_id
        assert not (tmp_path / "house").exists()

    @pytest.mark.parametrize("listed", [None, "", "  "])
    def test_a_database_without_a_file_needs_the_setting(self, listed: str | None) -> None:
        with pytest.raises(SettingsError, match="HANDRAIL_SECURITY__KEYS is not set"):
            find_keys("postgresql+asyncpg://handrail@localhost/handrail", listed)
