"""An OpenAPI document as what a page shows: operations by noun, and the shapes they speak of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Schema = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Type:
    text: str  # "string", "list of"
    shape: str = ""  # the shape that it names, or is a list of


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type
    help: str
    is_required: bool = False
    is_read_only: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    type: Type | None  # None: it has no body


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    about: str
    parameters: tuple[Field, ...]
    bodies: tuple[tuple[str, Type], ...]  # media type, and what it holds
    answers: tuple[Answer, ...]

    @property
    def can_be_opened(self) -> bool:
        """By a link: it reads, and needs nothing filled in."""
        return self.method == "get" and "{" not in self.path


@dataclass(frozen=True, slots=True)
class Group:
    noun: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    about: str
    fields: tuple[Field, ...]
    choices: tuple[str, ...]


def groups_of(document: Schema, prefix: str) -> list[Group]:
    """Every operation, by the first name of its path after `prefix`."""

    def noun(operation: Operation) -> str:
        return operation.path.removeprefix(prefix).partition("/")[0]

    return [
        Group(name, tuple(each)) for name, each in groupby(sorted(_operations(document), key=noun), key=noun)
    ]


def shapes_of(document: Schema) -> list[Shape]:
    schemas: Schema = document.get("components", {}).get("schemas", {})
    return [
        Shape(name, schema.get("description", ""), tuple(_properties(schema)), _choices(schema))
        for name, schema in sorted(schemas.items())
    ]


def _operations(document: Schema) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(path, method, methods[method])


def _operation(path: str, method: str, about: Schema) -> Operation:
    return Operation(
        id=about["operationId"],
        method=method,
        path=path,
        about=about.get("description", ""),
        parameters=tuple(_parameter(each) for each in about.get("parameters", ())),
        bodies=tuple(
            (media_type, type_of(content.get("schema", {})))
            for media_type, content in about.get("requestBody", {}).get("content", {}).items()
        ),
        answers=tuple(_answer(status, each) for status, each in about.get("responses", {}).items()),
    )


def _parameter(about: Schema) -> Field:
    schema = about.get("schema", {})
    return Field(
        about["name"],
        type_of(schema),
        about.get("description", ""),
        is_required=about.get("required", False),
        choices=_choices(schema),
    )


def _answer(status: str, about: Schema) -> Answer:
    schemas = [content.get("schema", {}) for content in about.get("content", {}).values()]
    return Answer(status, type_of(schemas[0]) if schemas else None)


def _properties(schema: Schema) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, about in schema.get("properties", {}).items():
        yield Field(
            name,
            type_of(about),
            about.get("description", ""),
            is_required=name in required and not about.get("readOnly", False),
            is_read_only=about.get("readOnly", False),
            choices=_choices(about),
        )


def type_of(schema: Schema) -> Type:
    if "$ref" in schema:
        return Type("", schema["$ref"].removeprefix(_REF))
    parts = schema.get("allOf") or schema.get("oneOf") or ()
    if parts:
        return type_of(parts[0])
    if schema.get("type") == "array":
        inner = type_of(schema.get("items", {}))
        return Type(f"list of {inner.text}".rstrip(), inner.shape)
    text = schema.get("format") or schema.get("type") or "anything"
    return Type(f"{text} or null" if schema.get("nullable") else text)


def _choices(schema: Schema) -> tuple[str, ...]:
    return tuple(map(str, schema.get("enum", ())))
