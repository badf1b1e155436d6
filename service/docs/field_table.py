"""The fields of a JSON schema as rows of a table."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.api.field_types import FIRST_YEAR, LAST_YEAR

Json = dict[str, Any]
Models = Mapping[str, Json]

LARGEST_INTEGER = 2**63 - 1  # of 64 bits, which is worth no line
MANY = 1e12  # bounds of this size are shown as powers of ten
TYPES = {"date": "date", "date-time": "date and time"}


@dataclass(frozen=True)
class FieldRow:
    """One field: its path from the body on, such as `series[].store`."""

    name: str
    type: str
    is_required: bool
    limits: str
    meaning: str


def field_rows(schema: Json, models: Models, prefix: str = "") -> Iterator[FieldRow]:
    """The fields of an object, each followed by the fields within it."""
    schema = resolved(schema, models)
    required = schema.get("required", ())
    for name, described in schema.get("properties", {}).items():
        members = described.get("anyOf", [described])
        kinds = [member for member in members if member.get("type") != "null"]
        field = resolved(kinds[0], models) if len(kinds) == 1 else {**described, "anyOf": kinds}
        default = described.get("default")
        type_name, limits = _type_of(field, models), [_limits_of(field, models)]
        if default not in (None, ""):
            limits.append(f"default {json.dumps(default)}")
        yield FieldRow(
            name=f"{prefix}{name}",
            type=f"{type_name} or null" if len(kinds) < len(members) and name in required else type_name,
            is_required=name in required,
            limits="; ".join(filter(None, limits)),
            meaning=described.get("description") or field.get("description") or "",
        )
        is_list = field.get("type") == "array"
        inner = resolved(field.get("items", {}) if is_list else field, models)
        if "properties" in inner:
            yield from field_rows(inner, models, f"{prefix}{name}[]." if is_list else f"{prefix}{name}.")


def resolved(schema: Json, models: Models) -> Json:
    """The schema a reference stands for, or the schema itself."""
    reference = schema.get("$ref")
    return models[reference.rpartition("/")[2]] if reference else schema


def _type_of(schema: Json, models: Models) -> str:
    schema = resolved(schema, models)
    if "anyOf" in schema:
        names = dict.fromkeys(_type_of(member, models) for member in schema["anyOf"])
        return " or ".join(name for name in names if name)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return "string" if isinstance(values[0], str) else "number"
    if schema.get("type") == "array":
        inner = _type_of(schema.get("items", {}), models)
        return f"list of {inner}s" if inner else "list"
    kind = str(schema.get("type", ""))
    return TYPES.get(schema.get("format", ""), "string") if kind == "string" else kind


def _limits_of(schema: Json, models: Models) -> str:
    schema = resolved(schema, models)
    if "anyOf" in schema:
        limits = dict.fromkeys(_limits_of(member, models) for member in schema["anyOf"])
        return "; ".join(limit for limit in limits if limit)
    if "enum" in schema:
        return ", ".join(f"{value}" for value in schema["enum"])
    if schema.get("type") == "array":
        entries = _range(schema.get("minItems"), schema.get("maxItems"), " entries")
        inner = resolved(schema.get("items", {}), models)
        values = _limits_of(inner, models) if "properties" not in inner else ""
        return "; ".join(filter(None, (entries, values)))
    if schema.get("type") == "string":
        return _range(schema.get("minLength"), schema.get("maxLength"), " characters")
    if schema.get("maximum", 0) >= LARGEST_INTEGER:
        return ""
    return _range(schema.get("minimum"), schema.get("maximum"))


def _range(least: float | None, most: float | None, unit: str = "") -> str:
    if least is not None and most is not None:
        return f"{_number(least)} to {_number(most)}{unit}"
    if most is not None:
        return f"at most {_number(most)}{unit}"
    return "" if least is None else f"at least {_number(least)}{unit}"


def _number(value: float) -> str:
    is_large, is_year = abs(value) >= MANY, FIRST_YEAR <= value <= LAST_YEAR
    text = f"{value:.0e}".replace("e+", "e") if is_large else f"{value:g}" if is_year else f"{value:,}"
    return text.replace("-", "−")
