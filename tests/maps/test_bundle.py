from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gisgrid.errors import FileError
from gisgrid.maps import bundle

ROOT = Path(__file__).parents[2]


def test_missing_vendor_files_say_how_to_fetch_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "ASSETS", tmp_path)
    bundle.asset.cache_clear()
    with pytest.raises(FileError, match=r"leaflet\.js.*make setup"):
        bundle.asset("vendor/leaflet.js")
    bundle.asset.cache_clear()


def test_no_source_map_is_asked_for() -> None:
    assert "sourceMappingURL" not in bundle.asset("vendor/leaflet.js")


def test_the_lock_names_versions_and_digests_and_no_address() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in lock
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads(lock)["packages"]
    for name, version in pinned.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry for path, entry in packages.items() if path)
    assert "http" not in (ROOT / ".npmrc").read_text(encoding="utf-8")


def copied(tmp_path: Path, leaflet: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder of its own, with packages of our making."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "assets", tmp_path / "scripts")
    shutil.copy(ROOT / "package.json", tmp_path)
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in {**pinned, "leaflet": leaflet or pinned["leaflet"]}.items():
        folder = tmp_path / "node_modules" / name
        (folder / "dist").mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
        for file in ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"):
            (folder / file).write_text(f"{name} {file}", encoding="utf-8")
        for file in ("swagger-ui-bundle.js", "swagger-ui.css"):
            (folder / file).write_text(f"{name} {file}", encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(tmp_path / "scripts" / "assets")],
        capture_output=True,
        text=True,
        check=False,
    )


def test_files_are_copied_and_strays_removed(tmp_path: Path) -> None:
    vendor = tmp_path / "gisgrid" / "maps" / "assets" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "old.js").write_text("old", encoding="utf-8")
    done = copied(tmp_path, "")
    assert done.returncode == 0, done.stderr
    assert (vendor / "leaflet.js").read_text(encoding="utf-8") == "leaflet dist/leaflet.js"
    assert not (vendor / "old.js").exists()


def test_another_version_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    done = copied(tmp_path, "0.0.1")
    assert done.returncode == 1
    assert "0.0.1, wanted" in done.stderr
    assert "npm ci" in done.stderr
