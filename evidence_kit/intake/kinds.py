"""The content types that intake knows, as data: one line each."""

from __future__ import annotations

from pathlib import PurePosixPath

from evidence_kit.model import Family, Kind


def _kind(name: str, family: Family, media_type: str, endings: str) -> Kind:
    return Kind(name, family, media_type, tuple(endings.split()))


# MP4, 3GP and M4A are one container: voice recorders write all three under `.m4a`, which is no lie.
# What consists of text may be called `.txt`.
KINDS: tuple[Kind, ...] = (
    _kind("jpeg", Family.PICTURE, "image/jpeg", ".jpg .jpeg .jpe .jfif"),
    _kind("png", Family.PICTURE, "image/png", ".png .apng"),
    _kind("gif", Family.PICTURE, "image/gif", ".gif"),
    _kind("webp", Family.PICTURE, "image/webp", ".webp"),
    _kind("bmp", Family.PICTURE, "image/bmp", ".bmp .dib"),
    _kind("tiff", Family.PICTURE, "image/tiff", ".tif .tiff .dng .nef .cr2 .arw .pef .orf"),
    _kind("heic", Family.PICTURE, "image/heic", ".heic .heif .hif"),
    _kind("avif", Family.PICTURE, "image/avif", ".avif"),
    _kind("jxl", Family.PICTURE, "image/jxl", ".jxl"),
    _kind("jp2", Family.PICTURE, "image/jp2", ".jp2 .jpx .jpf .j2k"),
    _kind("svg", Family.PICTURE, "image/svg+xml", ".svg .txt .xml"),
    _kind("eps", Family.PICTURE, "application/postscript", ".eps .ps .epsf .ai"),
    _kind("psd", Family.PICTURE, "image/vnd.adobe.photoshop", ".psd .psb"),
    _kind("mp4", Family.VIDEO, "video/mp4", ".mp4 .m4v .m4a .f4v"),
    _kind("mov", Family.VIDEO, "video/quicktime", ".mov .qt"),
    _kind("3gp", Family.VIDEO, "video/3gpp", ".3gp .3gpp .3g2 .3ga .mp4 .m4a"),
    _kind("webm", Family.VIDEO, "video/webm", ".webm .weba"),
    _kind("matroska", Family.VIDEO, "video/matroska", ".mkv .mka .mk3d"),
    _kind("avi", Family.VIDEO, "video/vnd.avi", ".avi .divx"),
    _kind("mpegts", Family.VIDEO, "video/mp2t", ".ts .mts .m2ts .m2t"),
    _kind("mpeg", Family.VIDEO, "video/mpeg", ".mpg .mpeg .vob .m2v"),
    _kind("flv", Family.VIDEO, "video/x-flv", ".flv"),
    _kind("asf", Family.VIDEO, "video/x-ms-asf", ".wmv .asf .wma"),
    _kind("ogv", Family.VIDEO, "video/ogg", ".ogv .ogg .ogx"),
    _kind("mp3", Family.AUDIO, "audio/mpeg", ".mp3 .mp2 .mpga"),
    _kind("aac", Family.AUDIO, "audio/aac", ".aac .adts"),
    _kind("amr", Family.AUDIO, "audio/AMR", ".amr .awb"),
    _kind("m4a", Family.AUDIO, "audio/mp4", ".m4a .m4b .m4p .m4r .mp4"),
    _kind("ogg", Family.AUDIO, "audio/ogg", ".ogg .oga .spx"),
    _kind("opus", Family.AUDIO, "audio/ogg", ".opus .ogg .oga"),
    _kind("wav", Family.AUDIO, "audio/vnd.wave", ".wav .wave .bwf"),
    _kind("flac", Family.AUDIO, "audio/flac", ".flac"),
    _kind("caf", Family.AUDIO, "audio/x-caf", ".caf"),
    _kind("pdf", Family.DOCUMENT, "application/pdf", ".pdf .ai"),
    _kind(
        "docx",
        Family.DOCUMENT,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx .docm .dotx",
    ),
    _kind(
        "xlsx",
        Family.DOCUMENT,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx .xlsm .xltx",
    ),
    _kind(
        "pptx",
        Family.DOCUMENT,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".pptx .pptm .ppsx .potx",
    ),
    _kind("ooxml", Family.DOCUMENT, "application/zip", ".docx .docm .xlsx .xlsm .pptx .pptm .ppsx .vsdx"),
    _kind("odt", Family.DOCUMENT, "application/vnd.oasis.opendocument.text", ".odt .ott"),
    _kind("ods", Family.DOCUMENT, "application/vnd.oasis.opendocument.spreadsheet", ".ods .ots"),
    _kind("odp", Family.DOCUMENT, "application/vnd.oasis.opendocument.presentation", ".odp .otp"),
    _kind("epub", Family.DOCUMENT, "application/epub+zip", ".epub"),
    _kind("rtf", Family.DOCUMENT, "application/rtf", ".rtf .doc"),
    _kind("ole", Family.DOCUMENT, "application/x-ole-storage", ".doc .xls .ppt .msg .dot .pps .db"),
    _kind("zip", Family.CONTAINER, "application/zip", ".zip .apk .jar .xapk .apks .kmz .aar .z01"),
    _kind("gzip", Family.CONTAINER, "application/gzip", ".gz .tgz .gzip .svgz"),
    _kind("tar", Family.CONTAINER, "application/x-tar", ".tar"),
    _kind("7z", Family.CONTAINER, "application/x-7z-compressed", ".7z"),
    _kind("rar", Family.CONTAINER, "application/vnd.rar", ".rar"),
    _kind("zstd", Family.CONTAINER, "application/zstd", ".zst .tzst"),
    _kind("lzip", Family.CONTAINER, "application/lzip", ".lz"),
    _kind("lz4", Family.CONTAINER, "application/x-lz4", ".lz4"),
    _kind("cab", Family.CONTAINER, "application/vnd.ms-cab-compressed", ".cab"),
    _kind("cpio", Family.CONTAINER, "application/x-cpio", ".cpio"),
    _kind("ar", Family.CONTAINER, "application/x-archive", ".a .ar .deb .lib"),
    _kind("adb-backup", Family.CONTAINER, "application/octet-stream", ".ab .adb"),
    _kind("xz", Family.CONTAINER, "application/x-xz", ".xz .txz"),
    _kind("bzip2", Family.CONTAINER, "application/x-bzip2", ".bz2 .tbz .tbz2"),
    _kind("eml", Family.CONTAINER, "message/rfc822", ".eml .mht .mhtml .txt"),
    _kind("mbox", Family.CONTAINER, "application/mbox", ".mbox .mbx .txt"),
    _kind("sqlite", Family.DATABASE, "application/vnd.sqlite3", ".db .sqlite .sqlite3 .db3"),
    _kind("sqlite-wal", Family.DATABASE, "application/octet-stream", ".db-wal .sqlite-wal .sqlite3-wal"),
    _kind("vcard", Family.TEXT, "text/vcard", ".vcf .vcard .txt"),
    _kind("ics", Family.TEXT, "text/calendar", ".ics .ical .ifb .txt"),
    _kind("json", Family.TEXT, "application/json", ".json .jsonl .ndjson .geojson .txt"),
    _kind("html", Family.TEXT, "text/html", ".html .htm .xhtml .txt"),
    _kind("xml", Family.TEXT, "application/xml", ".xml .kml .gpx .xsl .plist .xmp .txt"),
    _kind(
        "text",
        Family.TEXT,
        "text/plain",
        ".txt .text .log .csv .tsv .md .ini .cfg .js .css .srt .vtt .lrc .sdp .m3u .m3u8 .pls .yaml .yml",
    ),
    _kind("empty", Family.EMPTY, "application/octet-stream", ""),
    _kind("unknown", Family.UNKNOWN, "application/octet-stream", ""),
)

_BY_NAME = {kind.name: kind for kind in KINDS}
_CLAIMED = frozenset(ending for kind in KINDS for ending in kind.endings)


def kind_named(name: str) -> Kind:
    """The content type that bears this name.

    Raises:
        KeyError: No type is called so.
    """
    return _BY_NAME[name]


def name_agrees(kind: Kind, name: str) -> bool | None:
    """Whether a file's name claims the type that its content has.

    Args:
        kind: What the content was found to be.
        name: File name or path as found, `/` between parts, any characters.

    Returns:
        False when the ending belongs to other types only. None when there is nothing to compare: no ending,
        an ending that no known type bears, or content that is empty or unknown.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in _CLAIMED or kind.family in {Family.EMPTY, Family.UNKNOWN}:
        return None
    return ending in kind.endings
