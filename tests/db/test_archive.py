from dataclasses import replace as but
from pathlib import Path

import pytest

from bot.db import KeyRing, archive
from bot.errors import BackupError
from tests.db.house import content, repack
from tests.db.tables import NOON


class TestArchive:
    """Chunks: more than one, and whole ones only."""

    @pytest.mark.parametrize("size", [0, 1, archive.CHUNK - 1, archive.CHUNK, archive.CHUNK + 1, 2 * archive.CHUNK])
    def test_every_length_comes_back(self, tmp_path: Path, ring: KeyRing, size: int) -> None:
        packed = self.pack(tmp_path, ring, size)
        with packed.open("rb") as file:
            header, pieces = archive.read(file, "it", ring)
            assert b"".join(pieces) == content(size)
        assert (header.size, header.created_at) == (size, NOON)

    def test_chunks_cannot_change_places(self, tmp_path: Path, ring: KeyRing) -> None:
        packed = self.pack(tmp_path, ring, 3 * archive.CHUNK)
        whole = packed.read_bytes()
        step = archive.CHUNK + 16
        start = len(whole) - 3 * step
        first, second, third = (whole[start + step * number :][:step] for number in range(3))
        for order in ((second, first, third), (first, first, third), (first, third, second), (third, second, first)):
            packed.write_bytes(whole[:start] + b"".join(order))
            self.unreadable(packed, ring)

    def test_a_chunk_cannot_be_taken_out_with_the_length_made_to_fit(self, tmp_path: Path, ring: KeyRing) -> None:
        packed = self.pack(tmp_path, ring, 2 * archive.CHUNK)
        whole = packed.read_bytes()
        with packed.open("rb") as file:
            header = archive.read_header(file, "it")
        shorter = but(header, size=archive.CHUNK).to_bytes()
        packed.write_bytes(shorter + whole[len(header.to_bytes()) :][: archive.CHUNK + 16])
        self.unreadable(packed, ring)

    def test_a_chunk_of_another_backup_does_not_fit(self, tmp_path: Path, ring: KeyRing) -> None:
        one, other = self.pack(tmp_path, ring, 100).read_bytes(), self.pack(tmp_path, ring, 100).read_bytes()
        (tmp_path / "mixed").write_bytes(one[:-116] + other[-116:])
        self.unreadable(tmp_path / "mixed", ring)

    def pack(self, folder: Path, ring: KeyRing, size: int) -> Path:
        plain, packed = folder / "plain", folder / "packed"
        plain.write_bytes(content(size))
        repack(packed, plain, ring)
        return packed

    def unreadable(self, packed: Path, ring: KeyRing) -> None:
        with packed.open("rb") as file, pytest.raises(BackupError, match="damaged or altered"):
            b"".join(archive.read(file, "it", ring)[1])
