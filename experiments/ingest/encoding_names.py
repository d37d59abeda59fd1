"""Encodings to choose from, with their common names."""

import codecs

COMMON = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252, Western European",
    "iso8859-1": "ISO 8859-1, Latin 1",
    "iso8859-15": "ISO 8859-15, Latin 9",
    "utf-16": "UTF-16",
    "mac-roman": "Mac Roman",
}
OTHERS = {
    "cp1250": "Windows-1250, Central European",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1254": "Windows-1254, Turkish",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
    "cp1257": "Windows-1257, Baltic",
    "cp1258": "Windows-1258, Vietnamese",
    "cp874": "Windows-874, Thai",
    "iso8859-2": "ISO 8859-2, Central European",
    "iso8859-5": "ISO 8859-5, Cyrillic",
    "iso8859-7": "ISO 8859-7, Greek",
    "iso8859-9": "ISO 8859-9, Turkish",
    "koi8-r": "KOI8-R, Russian",
    "koi8-u": "KOI8-U, Ukrainian",
    "cp437": "CP437, DOS",
    "cp850": "CP850, DOS Western European",
    "cp852": "CP852, DOS Central European",
    "cp866": "CP866, DOS Cyrillic",
    "shift_jis": "Shift JIS, Japanese",
    "cp932": "CP932, Japanese on Windows",
    "euc_jp": "EUC-JP, Japanese",
    "gb18030": "GB18030, Chinese",
    "big5": "Big5, traditional Chinese",
    "cp949": "CP949, Korean",
    "euc_kr": "EUC-KR, Korean",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32": "UTF-32",
}
LABELS = COMMON | OTHERS


def label(name: str) -> str:
    """The common name; `name` itself where there is none."""
    return LABELS.get(canonical(name), name)


def short(name: str) -> str:
    """The label without its region, for a sentence: `Windows-1252`, `UTF-8`."""
    return label(name).partition(",")[0]


def canonical(name: str) -> str:
    """The name under which the same encoding is listed in `LABELS`; `name` itself where it is not listed."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return name
    return next((known for known in LABELS if codecs.lookup(known).name == found), found)
