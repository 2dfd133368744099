"""Embeddings of a model on this machine: a folder with `model.onnx` and `tokenizer.json`, run by ONNX Runtime.

Owns loading and running it on one thread. Needs the optional packages of requirements/embeddings.txt; nothing is ever
downloaded. Pooling is the mean over real tokens, as sentence-transformers' and E5's models want it.
"""

import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vtcontrol.kernel.errors import Fault, ProviderFailed

TOKENS_MOST = 256
BATCH = 16
MODEL_FILES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")

Vector = tuple[float, ...]


class OnnxEmbeddings:
    """A local embedding model.

    Args:
        folder: Where `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json` are.
        name: Name of this provider in errors.

    Raises:
        ProviderFailed: The packages are not installed, files are missing, or they are no embedding model.
    """

    def __init__(self, folder: Path, *, name: str = "onnx") -> None:
        self.name = name
        model = next((folder / file for file in MODEL_FILES if (folder / file).is_file()), None)
        if model is None or not (folder / "tokenizer.json").is_file():
            raise ProviderFailed(name, Fault.REJECTED, detail="the folder holds no model.onnx with its tokenizer.json")
        try:
            self._runtime: Any = importlib.import_module("onnxruntime")
            tokenizers: Any = importlib.import_module("tokenizers")
            self._numpy: Any = importlib.import_module("numpy")
        except ImportError:
            raise ProviderFailed(name, Fault.REJECTED, detail="requirements/embeddings.txt is not installed") from None
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(TOKENS_MOST)
            self._tokenizer.enable_padding()
            self._session = self._open(model)
        except Exception:  # both libraries raise bare exceptions of their own
            raise ProviderFailed(name, Fault.GARBAGE, detail="the model cannot be loaded") from None
        self._inputs = {one.name for one in self._session.get_inputs()}

    def _open(self, model: Path) -> Any:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return self._runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector a text, in their order; blocks while it computes.

        Raises:
            ProviderFailed: The model does not give one vector a token.
        """
        found: list[Vector] = []
        for first in range(0, len(texts), BATCH):
            found += self._batch(list(texts[first : first + BATCH]))
        return found

    def _batch(self, texts: list[str]) -> list[Vector]:
        numpy = self._numpy
        encoded = self._tokenizer.encode_batch(texts)
        mask = numpy.array([one.attention_mask for one in encoded], dtype=numpy.int64)
        given = {
            "input_ids": numpy.array([one.ids for one in encoded], dtype=numpy.int64),
            "attention_mask": mask,
            "token_type_ids": numpy.array([one.type_ids for one in encoded], dtype=numpy.int64),
        }
        try:
            tokens = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        except Exception:  # ONNX Runtime's own exceptions share no base
            raise ProviderFailed(self.name, Fault.GARBAGE, detail="the model cannot be run") from None
        if tokens.ndim == 3:
            weights = mask[:, :, None].astype(tokens.dtype)
            tokens = (tokens * weights).sum(axis=1) / numpy.maximum(weights.sum(axis=1), 1)
        vectors = [tuple(float(value) for value in row) for row in tokens]
        if len(vectors) != len(texts) or not all(math.isfinite(sum(vector)) for vector in vectors):
            raise ProviderFailed(self.name, Fault.GARBAGE, detail="the model gives no vectors")
        return vectors
