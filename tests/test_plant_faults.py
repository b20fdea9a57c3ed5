"""The faults that tools/plant_faults.py plants still fit the code."""

import ast
import pathlib

import plant_faults
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("fault", plant_faults.FAULTS, ids=lambda fault: fault.name)
def test_fault_fits_the_code(fault):
    source = (ROOT / "gan_helpers" / fault.file).read_text(encoding="utf-8")
    changed = plant_faults.planted(source, fault)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))
    assert plant_faults.test_command(ROOT, fault.tests), "no such tests"


def test_faults_are_many_and_different():
    assert len({fault.name for fault in plant_faults.FAULTS}) == len(plant_faults.FAULTS) >= 18
    assert len({(f.file, f.old, f.new) for f in plant_faults.FAULTS}) == len(plant_faults.FAULTS)


def test_text_that_is_gone_is_an_error():
    fault = plant_faults.Fault("gone", "gan.py", "no such text", "", ("gan",), ())
    with pytest.raises(ValueError, match="gone: the old text stands 0 times"):
        plant_faults.planted("a = 1", fault)
    with pytest.raises(ValueError, match="stands 2 times"):
        plant_faults.planted("no such text, no such text", fault)


def test_a_fault_is_taken_out_again(tmp_path):
    (tmp_path / "gan_helpers").mkdir()
    path = tmp_path / "gan_helpers" / "gan.py"
    path.write_text("right = 1\n")
    fault = plant_faults.Fault("wrong", "gan.py", "right", "wrong", ("gan",), ())
    with pytest.raises(RuntimeError), plant_faults.with_fault(tmp_path, fault):
        assert path.read_text() == "wrong = 1\n"
        raise RuntimeError
    assert path.read_text() == "right = 1\n"
