"""Dataclasses of arrays and numbers as flat dictionaries of arrays and back: what npz files hold."""

import dataclasses
import io
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_write_bytes

T = TypeVar("T")
Arrays = dict[str, NDArray[Any]]


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays as a compressed .npz."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # the stub takes array names for its own options
    atomic_write_bytes(path, buffer.getvalue())


def load_arrays(path: Path, prefix: str = "") -> Arrays:
    """The arrays of an .npz whose names start with `prefix`; nothing is unpickled."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files if name.startswith(prefix)}


def pack(record: Any, prefix: str = "") -> Arrays:
    """Flatten a dataclass of arrays, numbers, None, dataclasses and dicts of dataclasses by int."""
    arrays: Arrays = {}
    for field in dataclasses.fields(record):
        value, name = getattr(record, field.name), prefix + field.name
        if dataclasses.is_dataclass(value):
            arrays |= pack(value, f"{name}.")
        elif isinstance(value, dict):
            for key, part in value.items():
                arrays |= pack(part, f"{name}.{key}.")
        elif value is not None:
            arrays[name] = np.asarray(value)
    return arrays


def unpack(cls: type[T], arrays: Arrays, prefix: str = "") -> T:
    """The inverse of `pack`; raises KeyError naming the first array that is missing."""
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # only dataclasses are packed
    return cls(**{field.name: _value(hints[field.name], arrays, prefix + field.name) for field in fields})


def _value(hint: Any, arrays: Arrays, name: str) -> Any:
    if isinstance(hint, types.UnionType):
        present = any(key == name or key.startswith(f"{name}.") for key in arrays)
        kind = next(part for part in typing.get_args(hint) if part is not types.NoneType)
        return _value(kind, arrays, name) if present else None
    if dataclasses.is_dataclass(hint):
        return unpack(typing.cast("type[Any]", hint), arrays, f"{name}.")
    if typing.get_origin(hint) is dict:
        part = typing.get_args(hint)[1]
        keys = {key.removeprefix(f"{name}.").split(".")[0] for key in arrays if key.startswith(f"{name}.")}
        return {key: unpack(part, arrays, f"{name}.{key}.") for key in sorted(map(int, keys))}
    return hint(arrays[name].item()) if hint in (int, float) else arrays[name]
