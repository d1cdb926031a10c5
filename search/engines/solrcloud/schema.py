"""What Solr has to be told of our index: the files of a configset, made from the fields that are declared. Pure.

Every text is cut by us (search.analysis) and arrives as atoms with blanks between them, so that Solr finds what the
other engines find. What kuromoji makes of Japanese lies in a field of its own, which only says how good a hit is.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from haystack.constants import DJANGO_CT, ID

from search.engines.fields import LabelsField, MomentField, NumberField, PartsField, TextField

JAPANESE = "japanese"  # a document's own text that has any, for kuromoji
# Lucene's terms have 32766 bytes at most: so many characters of a longer one are kept, then what tells it from others.
LONGEST = 8000
_TOKEN_LIMIT = 2 * LONGEST

# The most that a search may have of each of its words, fields and values: solr.xml's default of 1024 is too little for
# a pasted log.
CLAUSES = "solr.max.booleanClauses"


def token(text: str) -> str:
    """A value or an atom as one term of Lucene's."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST] + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def beginning(text: str) -> str:
    """What the tokens begin with of all that begins so."""
    return text[:LONGEST]


def files_of(fields: Mapping[str, Any], layout: str) -> dict[str, str]:
    """By name, what lies in the folder of a configset."""
    return {"schema.xml": _written(_schema(fields)), "solrconfig.xml": _written(_config(layout))}


def zipped(files: Mapping[str, str]) -> bytes:
    """As Solr takes them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def handler(layout: str) -> str:
    """What answers searches. It has its layout in its name: an index that was built otherwise has none of that name."""
    return f"ask-{layout}"


def _schema(fields: Mapping[str, Any]) -> Element:
    schema = Element("schema", name="opsnotes", version="1.6")
    for name, kind in {"keyword": "StrField", "number": "LongPointField", "moment": "DatePointField"}.items():
        SubElement(schema, "fieldType", {"name": name, "class": f"solr.{kind}", "docValues": "true"})
    _add_analysed(
        schema, "atoms", {"class": "solr.WhitespaceTokenizerFactory", "maxTokenLen": str(_TOKEN_LIMIT)}
    )
    _add_analysed(
        schema,
        JAPANESE,
        {"class": "solr.JapaneseTokenizerFactory", "mode": "search"},
        "solr.JapaneseBaseFormFilterFactory",
        "solr.JapaneseKatakanaStemFilterFactory",
    )
    _add(schema, "_version_", "number", indexed="false")
    _add(schema, ID, "keyword", stored="true", required="true")
    _add(schema, DJANGO_CT, "keyword")
    _add(schema, JAPANESE, JAPANESE)
    for name, field in sorted(fields.items()):
        _add(schema, name, **_field(field))
    SubElement(schema, "uniqueKey").text = ID
    return schema


def _add_analysed(schema: Element, name: str, tokenizer: Mapping[str, str], *filters: str) -> None:
    kind = SubElement(schema, "fieldType", {"name": name, "class": "solr.TextField"})
    analyzer = SubElement(kind, "analyzer")
    SubElement(analyzer, "tokenizer", dict(tokenizer))
    for each in filters:
        SubElement(analyzer, "filter", {"class": each})


def _add(schema: Element, name: str, type: str, **options: str) -> None:  # noqa: A002  as Solr calls it
    SubElement(schema, "field", {"name": name, "type": type, "indexed": "true", "stored": "false"} | options)


def _field(field: Any) -> dict[str, str]:
    if isinstance(field, TextField):
        return {"type": "atoms"}
    if isinstance(field, PartsField):
        return {"type": "atoms", "omitPositions": "true"}
    if isinstance(field, NumberField):
        return {"type": "number"}
    if isinstance(field, MomentField):
        return {"type": "moment"}
    return {"type": "keyword", "multiValued": str(isinstance(field, LabelsField)).lower()}


def _config(layout: str) -> Element:
    config = Element("config")
    SubElement(config, "luceneMatchVersion").text = "9.0"
    SubElement(config, "schemaFactory", {"class": "ClassicIndexSchemaFactory"})
    # How rare a word is, is asked of all shards: a hit is worth the same wherever it lies.
    SubElement(config, "statsCache", {"class": "org.apache.solr.search.stats.ExactStatsCache"})
    update = SubElement(config, "updateHandler", {"class": "solr.DirectUpdateHandler2"})
    SubElement(update, "updateLog")
    # We say when something is to be seen; this only keeps the update log short while an index is built.
    commit = SubElement(update, "autoCommit")
    SubElement(commit, "maxTime").text = "60000"
    SubElement(commit, "openSearcher").text = "false"
    query = SubElement(config, "query")
    SubElement(query, "maxBooleanClauses").text = f"${{{CLAUSES}:1024}}"
    SubElement(query, "useColdSearcher").text = "true"
    dispatcher = SubElement(config, "requestDispatcher")
    # A search by many MEMEs is long.
    SubElement(dispatcher, "requestParsers", {"formdataUploadLimitInKB": "-1"})
    _add_handler(config, handler(layout))
    return config


def _add_handler(config: Element, name: str) -> None:
    asking = SubElement(config, "requestHandler", {"name": f"/{name}", "class": "solr.SearchHandler"})
    always = SubElement(asking, "lst", name="invariants")
    # Nothing in what people type is a macro.
    SubElement(always, "str", name="expandMacros").text = "false"
    SubElement(always, "str", name="echoParams").text = "none"


def _written(root: Element) -> str:
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
