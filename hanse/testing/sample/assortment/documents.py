"""Manuals, repair guides and advice in German and English, written from the same facts as the catalog; called by `assortment.build`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse.data.catalog.schemas import Document
from hanse.testing.sample import vocabulary
from hanse.testing.sample.assortment.items import Assortment, Item, Kind
from hanse.testing.sample.vocabulary import LANGUAGES, MachineFamily

ATTRIBUTES = {
    "voltage": {"de": "Spannung", "en": "Voltage"},
    "torque": {"de": "Drehmoment", "en": "Torque"},
    "weight": {"de": "Gewicht", "en": "Weight"},
    "chuck": {"de": "Bohrfutter", "en": "Chuck"},
    "power": {"de": "Leistung", "en": "Power"},
    "impact_energy": {"de": "Schlagenergie", "en": "Impact energy"},
    "disc_diameter": {"de": "Scheibendurchmesser", "en": "Disc diameter"},
    "pad_diameter": {"de": "Tellerdurchmesser", "en": "Pad diameter"},
    "cutting_depth": {"de": "Schnitttiefe", "en": "Cutting depth"},
    "tank": {"de": "Behälter", "en": "Tank"},
    "pressure": {"de": "Druck", "en": "Pressure"},
    "flow": {"de": "Fördermenge", "en": "Flow"},
    "head": {"de": "Förderhöhe", "en": "Head"},
    "dust_class": {"de": "Staubklasse", "en": "Dust class"},
}
MANUAL = {
    "de": """# Bedienungsanleitung {machine}

## Verwendung
{use}

## Technische Daten
| Angabe | Wert |
| --- | --- |
{data}

## Sicherheit
Tragen Sie Schutzbrille und Gehörschutz. Ziehen Sie vor jeder Wartung den Netzstecker oder nehmen Sie den Akku ab.

## Störungen
| Störung | Ursache | Abhilfe |
| --- | --- | --- |
{faults}

## Wartung
Reinigen Sie die Lüftungsschlitze jede Woche. {wear}
Zum Gerät gehört dieses Verbrauchsmaterial: {consumables}.
""",
    "en": """# Manual {machine}

## Use
{use}

## Technical data
| Property | Value |
| --- | --- |
{data}

## Safety
Wear safety glasses and ear protection. Unplug the machine or take off the battery before any maintenance.

## Faults
| Fault | Cause | Remedy |
| --- | --- | --- |
{faults}

## Maintenance
Clean the air vents every week. {wear}
These consumables belong to the machine: {consumables}.
""",
}
GUIDE = {
    "de": "# Reparaturanleitung {machine}: {part} tauschen\n\nSymptom: {symptom}.\nUrsache: {cause}.\nBenötigtes Ersatzteil: {title} ({part_id}).\n\n{steps}\n",
    "en": "# Repair guide {machine}: changing the {part}\n\nSymptom: {symptom}.\nCause: {cause}.\nSpare part needed: {title} ({part_id}).\n\n{steps}\n",
}
ADVICE = {
    "de": "# Kaufberatung {family}\n\n{use}\n\n{lines}\n\nAls Zubehör empfehlen wir: {accessories}.\n",
    "en": "# Buying advice: {family}\n\n{use}\n\n{lines}\n\nAs accessories we recommend: {accessories}.\n",
}
TITLES = {
    "manual": {"de": "Bedienungsanleitung", "en": "Manual"},
    "repair_guide": {"de": "Reparaturanleitung", "en": "Repair guide"},
    "advice": {"de": "Kaufberatung", "en": "Buying advice"},
}


def write_documents(assortment: Assortment) -> list[Document]:
    """Return all documents, each in both languages."""
    return [
        document
        for family in vocabulary.machine_families()
        for language in LANGUAGES
        for document in (*_of_lines(assortment, family, language), _advice(assortment, family, language))
    ]


def _of_lines(assortment: Assortment, family: MachineFamily, language: str) -> Iterator[Document]:
    for line in family.lines:
        key = f"{family.key} {line.grade}"
        machines = [item for item in assortment.by_family[family.key][Kind.MACHINE] if item.line == key]
        parts = assortment.parts_of_line[key]
        yield _manual(assortment, family, machines, parts, language)
        yield from (_guide(family, machines, part, language) for part in parts)


def _manual(assortment: Assortment, family: MachineFamily, machines: list[Item], parts: list[Item], language: str) -> Document:
    newest = machines[-1]
    attributes = newest.product.attributes.items()
    data = [f"| {ATTRIBUTES[key][language]} | {_number(each, language)} |" for key, each in attributes if key in ATTRIBUTES]
    fitting = [item for item in assortment.by_family[family.key][Kind.CONSUMABLE] if item.line in {"", newest.line}]
    body = MANUAL[language].format(
        machine=newest.title(language),
        use=family.use[language],
        data="\n".join(data),
        faults="\n".join(_fault(part, language) for part in parts),
        wear=_wear(parts, language),
        consumables=", ".join(f"{item.title(language)} ({item.product_id})" for item in fitting),
    )
    return _document(
        "manual", newest.product_id, language, name=newest.title(language), body=body, product_ids=[item.product_id for item in machines]
    )


def _fault(part: Item, language: str) -> str:
    kind = vocabulary.part_types()[part.part_type]
    remedy = {"de": "tauschen", "en": "change"}[language]
    return f"| {kind.symptom[language]} | {kind.cause[language]} | {part.title(language)} ({part.product_id}) {remedy} |"


def _wear(parts: list[Item], language: str) -> str:
    first = min(parts, key=lambda part: part.months)
    sentence = {
        "de": "Prüfen Sie bei täglichem Gebrauch alle {months} Monate: {part} ({part_id}).",
        "en": "With daily use, check every {months} months: {part} ({part_id}).",
    }
    return sentence[language].format(months=round(first.months), part=first.title(language), part_id=first.product_id)


def _guide(family: MachineFamily, machines: list[Item], part: Item, language: str) -> Document:
    kind, newest = vocabulary.part_types()[part.part_type], machines[-1]
    body = GUIDE[language].format(
        machine=newest.title(language),
        part=kind.title[language],
        symptom=kind.symptom[language],
        cause=kind.cause[language],
        title=part.title(language),
        part_id=part.product_id,
        steps="\n".join(f"{number}. {step}" for number, step in enumerate(kind.steps[language], 1)),
    )
    title = f"{newest.title(language)}: {kind.title[language]}"
    return _document(
        "repair_guide", part.product_id, language, name=title, body=body, product_ids=[*(item.product_id for item in machines), part.product_id]
    )


def _advice(assortment: Assortment, family: MachineFamily, language: str) -> Document:
    kinds = assortment.by_family[family.key]
    newest = [item for item in kinds[Kind.MACHINE] if item.product.state == "active"]
    euros = {"de": "ab {price:.2f} EUR netto", "en": "from EUR {price:.2f} net"}[language]
    lines = [f"* {item.title(language)}, {euros.format(price=item.price_minor / 100)}: {item.product.description[language]}" for item in newest]
    accessories = ", ".join(item.title(language) for item in kinds[Kind.ACCESSORY])
    body = ADVICE[language].format(family=family.title[language], use=family.use[language], lines="\n".join(lines), accessories=accessories)
    return _document("advice", family.key, language, name=family.title[language], body=body, product_ids=[item.product_id for item in newest])


def _document(kind: str, key: str, language: str, *, name: str, body: str, product_ids: list[str]) -> Document:
    return Document(
        document_id=f"{kind}-{key}-{language}".lower(),
        kind=kind,
        language=language,
        title=f"{TITLES[kind][language]} {name}",
        body=body,
        product_ids=tuple(product_ids),
    )


def _number(attribute: dict[str, object], language: str) -> str:
    number = f"{attribute['value']:g}"
    return f"{number.replace('.', ',') if language == 'de' else number} {attribute.get('unit', '')}".strip()
