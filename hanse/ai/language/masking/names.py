"""Names of people: by what stands before them, by their place in a letter, and by first names that are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from hanse.ai.language.masking import context, gazetteer
from hanse.ai.language.masking.spans import Kind, Span

_PART = r"(?:[A-ZÄÖÜ]\.(?:-?[A-ZÄÖÜ]\.){0,2}|[A-ZÄÖÜÉÈÇŞŠČŽŁİØÅÁÓ](?:['’][A-ZÄÖÜ])?[^\W\d_]+(?:[-'’][^\W\d_]+)*)"
_PARTICLE = r"(?:von der|von den|von und zu|van der|van den|van de|von|van|vom|zu|zum|zur|de la|del|della|de|di|da|dos|du|le|la|el|al|bin|ibn|ter|ten|den|der)"
_TITLE = r"(?:Dr|Prof|Dipl|Ing|med|jur|phil|h\.c|Mag|MSc|BSc|Freiherr|Graf|Gräfin|Baron|Doktor|Professor(?:in)?)\.?(?:-Ing\.?)?"
_NAME = rf"(?:{_TITLE}[ ])*(?P<name>{_PART}(?:[ ](?:{_PARTICLE}[ ])?{_PART}){{0,4}}|{_PARTICLE}[ ]{_PART}(?:[ ]{_PART})?)"
_ADDRESSED = re.compile(
    rf"(?<![\w-])(?i:herrn?|hr\.|frau|fr\.|fräulein|familie|fam\.|eheleute|ehepaar|dr\.|prof\.|mr\.?|mrs\.?|ms\.?|miss|mister|sir|madam|señora?|monsieur|madame)[ ]{{1,2}}(?:und (?:Herrn?|Frau) )?{_NAME}"
)
_ROLE = re.compile(
    r"(?<![\w-])(?i:kolleg(?:e|en|in)|monteur(?:in)?|fahrer(?:in)?|mitarbeiter(?:in|s)?|techniker(?:in)?|berater(?:in)?|verkäufer(?:in)?|nachbar(?:n|in)?|sohn|tochter|"
    r"ehe(?:mann|frau)|bruder|schwester|vater|mutter|oma|opa|onkel|tante|chef(?:in)?|freund(?:in)?|frau|mann|partner(?:in)?|kund(?:e|en|in)|meister(?:in)?|"
    r"husband|wife|son|daughter|brother|sister|colleague|neighbou?r|boss|friend|father|mother)[ ](?:namens |heißt |named |called )?" + _NAME
)
_STRONG = re.compile(
    r"(?i:(?<![\w-])(?:(?:mein|ihr|sein|der|unser)(?:e|en)? (?:vor- und nach|voller |vor|nach|familien|zu|mädchen|geburts)?name (?:ist|lautet|war|wäre)(?: jetzt| übrigens| nämlich)?|"
    r"ich hei(?:ß|ss)e|ich,|(?:er|sie) hei(?:ß|ss)t|namens|auf den namen|unter dem namen|im namen von|auf name|(?:vor|nach|familien|vor- und nach)?name(?:n)?\s?[:=]|my (?:full |last |first )?name is|name's|"
    r"konto-?inhaber(?:in)?(?: ist| lautet|:)?|karteninhaber(?:in)?(?: ist|:)?|inhaber(?:in)?(?: ist|:)?|empfänger(?:in)?(?: ist|:)?|ansprechpartner(?:in)?(?: ist|:)?|besteller(?:in)?(?: ist|:)?|"
    r"rechnungsempfänger(?:in)?(?: ist|:)?|kontakt:|absender(?:in)?(?: ist|:)?|unterschrift:|gez\.|gezeichnet|i\. ?a\.|i\. ?v\.|z\. ?hd\.?(?: v(?:on|\.))?|klingel(?:schild|n bei)?:?|zu händen(?: von)?|c/o|attn\.?:?|"
    r"account holder(?: is|:)?|cardholder(?: is|:)?|recipient(?: is|:)?|contact(?: is|:)|here is|spricht|hier schreibt|es schreibt|am apparat ist|gesprochen mit|telefoniert mit|"
    r"spoke (?:to|with)|talked (?:to|with))\s*[,:]?\s*[\"„“]?)" + _NAME
)
_SMALL = re.compile(
    r"(?i)(?<![\w-])(?:(?:mein|der) name ist|ich hei(?:ß|ss)e|my name is)[ ]+(?P<name>[^\W\d_]{2,}(?:-[^\W\d_]+)?(?:[ ](?:von[ ])?[^\W\d_]{2,}(?:-[^\W\d_]+)?)?)"
)
_WEAK = re.compile(
    r"(?i:(?<![\w-])(?:ich bin(?:['’]?s| es)?|hier ist|hier spricht|hier|i am|i['’]m|this is|it['’]s|liebe[rs]?|hallo|hi|hey|moin|servus|guten (?:tag|morgen|abend)|"
    r"sehr geehrte[rs]?|dear|hello|grüß gott|für|von|an|bei|mit|dass|durch|via|und|oder|ist|war|sei|auf|is|and|for|from|to|with|by|danke)(?:,)?[ ]+(?:der |die |das |dem )?)"
    + _NAME
)
_CLOSING = re.compile(
    r"(?<![\w-])(?:[Gg][Rr](?:[üÜ](?:ß|[sS]{2})|uess|u(?:ß|ss))(?:[eE][nN]?)?|(?i:mfg|vg|lg|bg|hg|glg|vlg|hochachtungsvoll|herzlichst|danke|dank|bis bald|ciao|regards|sincerely|faithfully|cheers|thanks|"
    r"thank you|wishes)|Best)(?i: (?:schön|sehr|yours|truly|im voraus|vorab|in advance))*(?: (?:aus|von|from) (?:[A-ZÄÖÜ][^,\n.!?]{2,30}(?=[,\n])|(?:dem |der )?[A-ZÄÖÜ][\wäöüß]+))?[ ]*[,.!;]?\s{1,4}"
    r"(?:(?i:ihr|ihre|dein|deine|euer|eure|your|i\.[ ]?a\.|i\.[ ]?v\.|gez\.)[ ])?"
    + _NAME
    + r"(?=\s*(?:$|[\n,.;!(|-]|und |& |and |PS\b|P\.S|[A-ZÄÖÜ]))"
)
_HERE = re.compile(rf"(?m)(?:^|[.!?][ ]|: ){_NAME}[ ,]+(?:hier|am Apparat|schreibt|mein Name|here)(?!\w)")
_SPOKE = re.compile(
    rf"(?<![\w-]){_NAME}[ ](?:telefoniert|gesprochen|geschrieben|sagte|meinte|wohnt|wartet|wünscht|versprochen|vereinbart|spoke|said|told|wrote|lives)(?!\w)"
)
_AND = re.compile(rf"[ ](?:und|&|and|u\.)[ ](?:Herrn?[ ]|Frau[ ])?{_NAME}")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
_SURNAME_FIRST = re.compile(r"(?m)(?:^|[:;(][ ])(?P<name>[A-ZÄÖÜ][\wäöüß-]+, (?P<first>[A-ZÄÖÜ][\wäöüß-]+)(?: [A-Z]\.)?)(?=\s*(?:$|[\n,;)]))")
_COMPANY = re.compile(
    r"[ ](?:[&+][ ]\w+[ ])?(?:GmbH|AG|KG|OHG|UG|SE|GbR|e\.[ ]?K|e\.[ ]?V|mbH|Inc|Ltd|LLC|Co\b|S\.A|B\.V|& (?:Co|Söhne|Sohn|Partner)|und Söhne|Holding|Gruppe|Versicherung|Stiftung|Bank\b)"
)
_NO_NAME_TEXT = """
sie ich wir ihr ihre ihren ihnen du er es man der die das den dem des ein eine einen einem einer mein meine unser unsere kein keine dieser
diese dieses alle bitte danke hallo guten gute sehr geehrte damen herren herr herrn frau kunde kunden kundin team service kundenservice
kundendienst support mitarbeiter kollege kollegen leute zusammen bestellung rechnung lieferung paket artikel produkt ware sendung retoure
rücksendung umtausch reklamation garantie auftrag konto betrag preis geld nummer kundennummer adresse anschrift telefon handy mail e-mail
email datum tag morgen abend woche montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli
august september oktober november dezember heute gestern wann wo was wer wie warum leider aber und oder wenn weil dass ob mit ohne für von
nach bei aus in im an am auf zu zum zur vom seit bis um über unter vor nicht noch nur schon auch hier da dann jetzt nun also ja nein ok
falls sollte sollten sofern außerdem zudem ebenso dazu danach daher deshalb trotzdem allerdings dennoch zuvor vorher nachdem obwohl
während damit davon daran welche welcher welches jede jeder jedes einige mehrere beide zwei drei erst endlich eigentlich natürlich gern
gerne bereits laut gemäß statt trotz wegen gegen hinter neben kontodaten verwendungszweck anlage anbei siehe unten oben übrigens achtung
wichtig dringend info frage fragen thema problem fehler antwort nachricht hinweis termin moin servus hey grüezi voraus vorabfamilie
ehepaar geb tel fax mobil plz str straße strasse kundennr nr abs betreff anhang ps re aw fw der monteur fahrer techniker berater kontakt
name vorname nachname mfg lg vg viele grüße gruß dank vielen freundlichen freundliche besten beste liebe lieber deutschland österreich
schweiz firma gmbh ag shop onlineshop filiale laden markt kasse können könnten würden möchte habe haben hat ist sind war waren wird werden
kann soll muss darf bin gibt geht kommt doktor professor bundeskanzlerin the this that these my your our his her their please thanks thank
hello hi dear order invoice parcel delivery product item package account address phone customer sir madam team we you they he she it i a
an and or but if when where what who why how with without for from to by at on in of is are was were be have has had do does did not no
yes could would can will shall may must should monday tuesday wednesday thursday friday saturday sunday regards best kind sincerely
"""
_NO_NAME = frozenset(_NO_NAME_TEXT.split())
_NO_NAME_END = re.compile(
    r"(?:ung|ungen|heit|keit|schaft|tion|tät|ismus|nummer|schein|gerät|maschine|schuh|schuhe|helm|teil|teile|bohrer|schrauber|rechnung|datum|adresse|anschrift|name)$"
)
_ITEM = re.compile(
    r"(?i)(?:modell|serie|typ|artikel|farbe|regal|lampe|stuhl|tisch|sofa|sessel|schrank|bett|marke|linie|kollektion|hersteller|reihe|brand|model|series|color|colour)\s?[:„\"“]?\s?$"
)
_LONE_BEFORE = re.compile(
    r"(?i)(?:^|[\s,(„\"])(?:von|mit|an|bei|für|dass|und|hat|ist|sagte?|meinte?|herr|liebe[rs]?|hallo|hi|danke|wie|als|durch|kollegin|kollege|meine?r?|from|with|for|by|and|told|ask|that)\s$"
)
_LONE_AFTER = re.compile(
    r"(?i)^[\s,]+(?:hat|hatte|ist|war|sagte?|meinte?|schrieb|kommt|kam|wohnt|möchte|will|wollte|kann|konnte|wird|würde|wartet|bekommt|bekam|holt|and|und|has|had|is|was|said|told|will|would)\b"
)
MOST = 4
# One of these stands in every text in which a pattern finds something: looking for a word is a hundred times as quick as for a pattern.
_ADDRESSING = (
    *("herr", "hr.", "frau", "fr.", "fräulein", "fam", "ehe", "dr.", "prof.", "mr ", "mr.", "mrs", "ms ", "ms.", "miss"),
    *("mister", "sir ", "madam", "señor", "monsieur"),
)
_ROLES = (
    *("kolleg", "monteur", "fahrer", "mitarbeiter", "techniker", "berater", "verkäufer", "nachbar", "sohn", "tochter", "mann ", "frau ", "bruder"),
    *("schwester", "vater", "mutter", "oma ", "opa ", "onkel", "tante", "chef", "freund", "partner", "kund", "meister", "husband", "wife", "son "),
    *("daughter", "brother", "sister", "colleague", "neighb", "boss", "friend", "father", "mother"),
)
_PRESENT = ("hier", "apparat", "schreibt", "mein name", "here")
_DOING = (
    *("telefoniert", "gesprochen", "geschrieben", "sagte", "meinte", "wohnt", "wartet", "wünscht", "versprochen", "vereinbart"),
    *("spoke", "said", "told", "wrote", "lives"),
)
_SMALL_AFTER = ("name ist", "heiße", "heisse", "name is")
Beginning: TypeAlias = Callable[[Sequence[str]], bool]
"""Whether words may be the beginning of a name."""


def find(text: str, keep: frozenset[str] = frozenset()) -> Iterator[Span]:
    """Go through the names of people in a text; names in `keep` (casefolded: brands, companies) are nobody's."""
    found = [each for each in _named(text) if text[each.start : each.end].casefold() not in keep]
    yield from found
    yield from _again(text, found, keep)


def _named(text: str) -> Iterator[Span]:
    small = text.lower()
    if _has(small, _ADDRESSING):
        yield from _after(text, _ADDRESSED, "how somebody is addressed", 0.75, _any)
    yield from _after(text, _STRONG, "words that introduce a name", 0.75, _whole)
    yield from _after(text, _CLOSING, "the end of a letter", 0.65, _any)
    if _has(small, _PRESENT):
        yield from _after(text, _HERE, "who is here", 0.65, _no_word)
    if _has(small, _DOING):
        yield from _after(text, _SPOKE, "what only people do", 0.6, _no_word)
    if _has(small, _ROLES):
        yield from _after(text, _ROLE, "who somebody is", 0.6, _no_word)
    yield from _after(text, _WEAK, "words before names", 0.55, _likely)
    if _has(small, _SMALL_AFTER):
        yield from _small(text)
    yield from _surnames_first(text)
    yield from _full_names(text)


def _has(small: str, words: Iterable[str]) -> bool:
    return any(word in small for word in words)


def _after(text: str, pattern: re.Pattern[str], reason: str, certainty: float, may_begin: Beginning) -> Iterator[Span]:
    place = 0
    while found := pattern.search(text, place):
        end = _end(text, found.start("name"), found.end("name"), may_begin)
        if end is not None:
            yield Span(found.start("name"), end, Kind.PERSON, "name", reason, certainty)
            yield from _joined(text, end, reason, certainty)
        place = found.start("name") + 1


def _joined(text: str, end: int, reason: str, certainty: float) -> Iterator[Span]:
    """Go on behind `und`: Grüße, Tom und Anna."""
    also = _AND.match(text, end)
    if also and (last := _end(text, also.start("name"), also.end("name"), _likely)) is not None:
        yield Span(also.start("name"), last, Kind.PERSON, "name", reason, certainty)


def _end(text: str, start: int, end: int, may_begin: Beginning) -> int | None:
    """Return where a name ends that begins at a place; null where it is none."""
    parts = list(_WORD.finditer(text, start, end))
    if not parts or parts[0].group().casefold() in _NO_NAME or _is_company(text, parts, end) or not may_begin([each.group() for each in parts]):
        return None
    kept = last = parts[0]
    for part in parts[1:MOST]:
        rest = kept is parts[0] and (may_begin is _whole or (may_begin is not _likely and not gazetteer.is_word(kept.group())))
        if not (_goes_on(kept.group(), part.group()) or ((rest or _ends(text, part.end())) and not _is_no_name(part.group()))):
            break
        kept, last = part, last if part.group()[0].islower() else part
    return _trimmed(text, last)


def _is_company(text: str, parts: Sequence[re.Match[str]], end: int) -> bool:
    """Return whether a legal form follows the words or is the last of them."""
    return any(_COMPANY.match(text, place) for place in (end, *(part.start() - 1 for part in parts[1:])))


def _any(words: Sequence[str]) -> bool:
    """Whatever stands there is a name: what comes before says so."""
    return True


def _whole(words: Sequence[str]) -> bool:
    """Whatever stands there is a name, and so is a second word: the sentence goes on behind it."""
    return True


def _no_word(words: Sequence[str]) -> bool:
    """Take a first name, an initial, a family name, or a word that no dictionary has."""
    if len(words) == 1:
        return _likely(words) or gazetteer.is_family_name(words[0]) or _is_strange(words[0])
    return _likely(words) or (_is_strange(words[0]) and _is_surname(words[1]))


def _likely(words: Sequence[str]) -> bool:
    """Take a first name, an initial with a name, or a strange word with a family name or another strange one."""
    if _is_initial(words[0]):
        return len(words) > 1 and not _is_no_name(words[1])
    if gazetteer.is_first_name(words[0]):
        return True
    if _is_no_name(words[0]) or len(words) < 2:
        return False
    if gazetteer.may_be_first_name(words[0]):
        return _is_surname(words[1])
    return _is_strange(words[0]) and (gazetteer.is_family_name(words[1]) or _is_strange(words[1]))


def _is_strange(word: str) -> bool:
    return not gazetteer.is_word(word) and not gazetteer.is_place(word) and not _is_no_name(word)


def _ends(text: str, place: int) -> bool:
    """Return whether something ends at a place, so that the word before it begins nothing new."""
    return re.match(r"\s*(?:$|[.,;!?)\n])", text[place : place + 4]) is not None


def _goes_on(last: str, word: str) -> bool:
    if word[0].islower() or _is_initial(word):
        return True
    # After an initial, a particle or a first name comes the rest of the name; else a word of a dictionary is the next word of the sentence.
    if _is_initial(last) or last[0].islower() or gazetteer.may_be_first_name(last):
        return word.casefold() not in _NO_NAME
    return not _is_no_name(word) and (gazetteer.may_be_first_name(word) or not gazetteer.is_word(word))


def _trimmed(text: str, last: re.Match[str]) -> int:
    """Return the end of a name without the full stop of its sentence, which an initial keeps."""
    word = last.group()
    return last.end() - (word.endswith(".") and not _is_initial(word))


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[0].isupper() and word[1] == "."


def _is_no_name(word: str) -> bool:
    if _is_initial(word):
        return False
    small = word.rstrip(".").casefold()
    return small in _NO_NAME or (len(small) > 6 and _NO_NAME_END.search(small) is not None and not gazetteer.may_be_first_name(small))


def _is_surname(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not _is_no_name(word)


def _small(text: str) -> Iterator[Span]:
    for found in _SMALL.finditer(text):
        first, *rest = found["name"].split(" ")
        if _is_no_name(first) or not (gazetteer.may_be_first_name(first) or not gazetteer.is_word(first)):
            continue
        end = found.start("name") + (len(found["name"]) if rest and not _is_no_name(rest[-1]) else len(first))
        yield Span(found.start("name"), end, Kind.PERSON, "name", "words that introduce a name", 0.7)


def _surnames_first(text: str) -> Iterator[Span]:
    for found in _SURNAME_FIRST.finditer(text):
        if gazetteer.is_first_name(found["first"]) and not _is_no_name(found["name"].split(",")[0]):
            yield Span(found.start("name"), found.end("name"), Kind.PERSON, "name", "family name, comma, first name", 0.6)


def _full_names(text: str) -> Iterator[Span]:
    """Go through first names that are known with what follows, and lone ones where a person is spoken of."""
    place = 0
    for word in _WORD.finditer(text):
        if word.start() < place or not word.group()[0].isupper() or not _may_be_first(text, word):
            continue
        end = _full_name_end(text, word)
        if end is not None and not _ITEM.search(text[max(0, word.start() - 20) : word.start()]):
            yield Span(word.start(), end, Kind.PERSON, "name", "a known first name", 0.5)
            place = end


def _may_be_first(text: str, word: re.Match[str]) -> bool:
    """Return whether a word is a first name that is known, or a strange word before a family name that is."""
    if gazetteer.may_be_first_name(word.group().rstrip(".")):
        return True
    after = _NEXT.match(text, word.end())
    return after is not None and gazetteer.is_family_name(after[1]) and _is_strange(word.group())


_NEXT = re.compile(r"[ ]([A-ZÄÖÜ][^\W\d_]+(?:-[^\W\d_]+)*)")
_FULL = re.compile(rf"{_PART}(?:[ ](?:{_PARTICLE}[ ])?{_PART}){{0,3}}")


def _full_name_end(text: str, word: re.Match[str]) -> int | None:
    found = _FULL.match(text, word.start())
    if found is None or text[found.end() : found.end() + 1] in {"@", "_"}:
        return None
    parts = list(_WORD.finditer(text, found.start(), found.end()))
    if _is_company(text, parts, found.end()):
        return None
    sure = gazetteer.is_first_name(parts[0].group())
    if len(parts) == 1 or not _is_surname(parts[-1].group() if parts[1].group()[0].islower() else parts[1].group()):
        return word.end() if sure and _is_lone_person(text, word) else None
    if not sure and gazetteer.may_be_first_name(parts[0].group()) and gazetteer.is_word(parts[1].group()) and gazetteer.is_word(parts[0].group()):
        return None
    return _end(text, found.start(), found.end(), _any)


def _is_lone_person(text: str, word: re.Match[str]) -> bool:
    return (
        _LONE_BEFORE.search(text[max(0, word.start() - 16) : word.start()]) is not None
        or _LONE_AFTER.match(text[word.end() : word.end() + 16]) is not None
    )


def _again(text: str, found: Iterable[Span], keep: frozenset[str]) -> Iterator[Span]:
    """Go through later mentions of parts of the names that were found."""
    parts = {part for span in found for part in re.findall(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*", text[span.start : span.end]) if part[0].isupper()}
    wanted = {part for part in parts if not _is_no_name(part) and part.casefold() not in keep}
    for again in _WORD.finditer(text) if wanted else ():
        word = again.group().rstrip(".")
        if word in wanted or (word.endswith("s") and word[:-1] in wanted):
            end = again.start() + len(word) - (word not in wanted)
            if not context.is_business(text, again.start()):
                yield Span(again.start(), end, Kind.PERSON, "name", "named before", 0.45)
