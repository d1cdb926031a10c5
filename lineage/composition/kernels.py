"""Which kernel a notebook of chosen cells is opened with. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from lineage.composition.chosen import Chosen
from notebooks.parsing.model import Json
from notebooks.parsing.outputs import bounded, mapping


def languages_of(chosen: Sequence[Chosen]) -> tuple[str, ...]:
    """The languages of the cells that run, the one of most of them first."""
    telling = [each for each in chosen if each.is_code] or chosen
    counted = Counter(each.source.language for each in telling if each.source.language)
    return tuple(language for language, _ in counted.most_common())


def kernel_of(chosen: Sequence[Chosen], languages: Sequence[str]) -> dict[str, Json]:
    """The kernel that most cells of the notebook's language had."""
    sources = [each.source for each in chosen if languages and each.source.language == languages[0]]
    if not sources:
        return {}
    names = Counter(str(source.kernelspec.get("name")) for source in sources)
    kernel, _ = names.most_common(1)[0]
    source = next(each for each in sources if str(each.kernelspec.get("name")) == kernel)
    spec, info = _strings(source.kernelspec), mapping(source.metadata.get("language_info"))
    mode = info.get("codemirror_mode")
    found = _strings(info) | ({"codemirror_mode": bounded(mode)} if isinstance(mode, dict) else {})
    return {
        **({"kernelspec": {"display_name": spec["name"], **spec}} if "name" in spec else {}),
        **({"language_info": found} if "name" in found else {}),
    }


def _strings(record: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in record.items() if isinstance(value, str)}
