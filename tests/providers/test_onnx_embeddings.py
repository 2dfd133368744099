"""A local embedding model, really loaded and run where requirements/embeddings.txt is installed."""

from pathlib import Path

import pytest

from tests.providers import tinyonnx
from vtcontrol.kernel.errors import Fault, ProviderFailed
from workers.providers.onnx_embeddings import OnnxEmbeddings

VECTORS = {"[unk]": (0.0, 0.0), "cat": (1.0, 0.0), "boat": (0.0, 1.0)}


def test_a_text_is_the_mean_of_its_words(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="requirements/embeddings.txt is not installed")
    tinyonnx.write(tmp_path, VECTORS)

    found = OnnxEmbeddings(tmp_path).embed(["cat", "Cat boat", "boat boat boat"])

    assert found == [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]


def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path) -> None:
    tinyonnx.write(tmp_path, VECTORS)
    (tmp_path / "model.onnx").write_bytes(b"no model")

    with pytest.raises(ProviderFailed) as failure:
        OnnxEmbeddings(tmp_path)

    assert failure.value.fault in {Fault.GARBAGE, Fault.REJECTED}
