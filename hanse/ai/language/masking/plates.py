"""Number plates of Germany, Austria and Switzerland."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hanse.ai.language.masking import context
from hanse.ai.language.masking.spans import Kind, Span

_PLATE = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{1,3}(?P<first>[ ]?-[ ]?|[ ]|)[A-Z]{1,2}(?P<second>[ ]?-[ ]?|[ ]|)(?!0)\d{1,4}[ ]?[EH]?(?![\w]|-[A-Za-z0-9])")
_SMALL = re.compile(r"(?<![\w-])[A-Za-zÄÖÜäöü]{1,3}[ -]{1,3}[A-Za-z]{1,2}[ -]{0,3}(?!0)\d{1,4}[ ]?[EeHh]?(?![\w]|-[A-Za-z0-9])")
_FOREIGN = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}[- ]\d{1,5}[ ]?[A-Z]{0,3}|(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)[ ]?\d{1,6})(?![\w-])"
)
_ABOUT = re.compile(
    r"(?i)kennzeichen|nummernschild|kfz|\bauto\b|wagen\b|fahrzeug|\bpkw|\blkw|zugelassen|parkt|geparkt|halter\b|\bvan\b|transporter|motorrad|anhänger|plate|licen[cs]e|registration|\bcar\b|vehicle"
)
_NAMED = re.compile(r"(?i)kennzeichen|nummernschild|plate|licen[cs]e|registration")
_WORDS = re.compile(
    r"(?i)(?:am|an|um|im|in|ab|zu|bis|vom|von|mit|seit|nr|the|on|at|is|ist|und|der|die|das|dem|den|for|auf|bei|er|es|so|da|ich|wir|sie|ihr)\b"
)
_STYLED = {("-", " "), (" ", " ")}
_CODES_TEXT = """
A AA AB ABG ABI AC AE AH AIB AIC AK ALF ALZ AM AN ANA ANG ANK AÖ AP APD AR ARN ART AS ASL ASZ AT AU AUR AW AZ AZE B BA BAD BAR BB BBG BBL
BC BCH BD BE BED BER BF BGD BGL BH BI BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BOG BOH BOR BOT BRA BRB BRG BRK BRL BRV BS BSB
BSK BT BTF BÜD BÜS BÜZ BW BWL BYL BZ BZA C CA CAS CB CE CHA CLP CLZ CO COC COE CR CUX CW D DA DAH DAN DAU DB DBR DD DE DEG DEL DGF DH DI
DIL DIN DIZ DKB DL DLG DM DN DO DON DU DÜW DW DZ E EA EB EBE EBN EBS ECK ED EE EF EG EH EI EIC EIL EIN EIS EL EM EMD EMS EN ER ERB ERH ERK
ERZ ES ESB ESW EU EUT EW F FB FD FDB FDS FEU FF FFB FG FI FKB FL FLÖ FN FO FOR FR FRG FRI FRW FS FT FTL FÜ FÜS FW FZ G GA GAN GAP GC GD
GDB GE GEL GEM GEO GER GF GG GHA GHC GI GK GL GLA GM GMN GN GNT GÖ GOA GOH GP GR GRA GRH GRI GRM GRZ GS GT GTH GÜ GUB GUN GV GVM GW GZ H
HA HAB HAL HAM HAS HB HBN HBS HC HCH HD HDH HDL HE HEB HEF HEI HEL HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMÜ HN HO HOG HOH HOL
HOM HOR HÖS HOT HP HR HRO HS HSK HST HU HUS HV HVL HWI HX HY HZ IGB IK IL ILL IN IZ J JE JEV JL JÜL K KA KB KC KE KEH KEL KEM KF KG KH KI
KIB KK KL KLE KLZ KM KN KO KÖN KÖT KÖZ KR KRU KS KT KU KÜN KUS KW KY KYF L LA LAN LAU LB LBS LBZ LC LD LDK LDS LEO LER LEV LF LG LH LI LIB
LIF LIP LL LM LN LÖ LÖB LOS LP LR LRO LSA LSN LSZ LU LÜN LUP LWL M MA MAB MAI MAK MAL MAR MB MC MD ME MED MEG MEI MEK MEL MER MET MG MGH
MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL MON MOS MQ MR MS MSE MSH MSP MST MTK MTL MÜ MÜB MÜL MÜN MÜR MVL MW MY MYK MZ MZG N NAB NAI
NAU NB ND NDH NE NEA NEB NEC NEN NES NEU NEW NF NH NI NIB NK NL NM NMB NMS NÖ NOH NOL NOM NOR NP NR NRÜ NT NU NVP NW NWM NY NZ OA OAL OB
OBB OBG OC OCH OD OE OF OG OH OHA ÖHR OHV OHZ OK OL OP OPR OS OSL OTW OVI OVL OVP OZ P PA PAF PAN PAR PB PCH PE PEG PER PF PI PIR PL PLÖ
PM PN PR PRÜ PS PW PZ QFT QLB R RA RC RD RDG RE REG REH REI RG RH RI RID RIE RIN RL RM RN RO ROD ROF ROH ROK ROL ROS ROT ROW RP RPL RS RSL
RT RU RÜD RÜG RV RW RWL RY RZ S SAB SAD SAL SAN SAW SB SBG SBK SC SCZ SDH SDL SDT SE SEB SEE SEF SEL SFB SFT SG SGH SH SHA SHG SHK SHL SI
SIG SIM SK SL SLE SLF SLK SLN SLS SLÜ SLZ SM SMÜ SN SO SOB SOG SOK SÖM SON SP SPB SPN SR SRB SRO ST STA STB STD STE STL STO SU SUL SÜW SW
SWA SY SZ SZB TBB TE TET TF TG TIR TO TÖL TP TR TS TT TÜ TUT ÜB UE UEM UER UFF UH UL UM UN USI V VAI VB VEC VER VG VIB VIE VIT VK VOH VR
VS W WA WAF WAK WAN WAR WAT WB WBS WDA WE WEB WEG WEL WEN WER WES WF WG WHV WI WIL WIS WIT WIZ WK WL WLG WM WMS WN WND WO WOB WOH WOL WOR
WOS WR WRN WS WSF WST WSW WT WTL WTM WÜ WUG WÜM WUN WUR WW WZ WZL X Y Z ZE ZEL ZI ZIG ZP ZR ZW ZZ
"""
_CODES = frozenset(_CODES_TEXT.split())
"""Codes of districts (Fahrzeug-Zulassungsverordnung, annex 1)."""


def find(text: str) -> Iterator[Span]:
    """Go through number plates in a text: of any look beside a vehicle, else only in the official way of writing."""
    for found in _PLATE.finditer(text):
        if _is_near(text, found) and (found["first"] or _is_named(text, found)):
            yield Span(found.start(), _end(found), Kind.PLATE, "number plate", "beside a vehicle", 0.75)
        elif _is_styled(found) and not context.is_business(text, found.start()) and not context.is_amount(text, found.end()):
            yield Span(found.start(), _end(found), Kind.PLATE, "number plate", "written as plates are", 0.6)
    for pattern in (_SMALL, _FOREIGN):
        for found in pattern.finditer(text):
            if _is_named(text, found) and not _WORDS.match(found.group()):
                yield Span(found.start(), _end(found), Kind.PLATE, "number plate", "beside the word for it", 0.65)


def _is_near(text: str, found: re.Match[str]) -> bool:
    return _ABOUT.search(context.before(text, found.start(), 45)) is not None or _ABOUT.search(context.after(text, found.end())) is not None


def _is_named(text: str, found: re.Match[str]) -> bool:
    return _NAMED.search(context.before(text, found.start(), 30)) is not None


def _is_styled(found: re.Match[str]) -> bool:
    styled = (found["first"].strip() or " ", found["second"]) in _STYLED
    return styled and bool(found["first"]) and _code(found) in _CODES


def _code(found: re.Match[str]) -> str:
    return re.split(r"[ -]", found.group())[0]


def _end(found: re.Match[str]) -> int:
    return found.start() + len(found.group().rstrip())
