#!/usr/bin/env python3
"""Reads Cairn segments without Cairn: written from Formats/segment.md and Formats/encodings.md alone.

  read_cairn.py SEGMENT...                counts, row groups, columns and shapes
  read_cairn.py ARCHIVE                   events: rows of the segments without those that marks hide
  read_cairn.py SEGMENT... --restore DIR  the source objects, byte for byte, below DIR; an object whose
                                          version is not 1 gets ~VERSION behind its name

Needs Python 3.8 and, for Zstandard, the module `compression.zstd` or `zstandard` or the command `zstd`.
XXH3 checksums are checked where the module `xxhash` is there (a line says so where not), the SHA-256 of
restored objects always. S, E and A with a number are paragraphs of segment.md, encodings.md and archive.md.
"""
import argparse
import base64
import datetime
import hashlib
import importlib
import os
import struct
import subprocess
import sys

def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


xxhash, zstd_module, zstandard = module("xxhash"), module("compression.zstd"), module("zstandard")

NULL, FALSE, TRUE, STRING, INTEGER, NUMBER, EMPTY_OBJECT, EMPTY_ARRAY, ARRAY, OBJECT = range(10)
FIRST_SHAPE, VERSIONS = 16, (1 | 2 << 16, 1 | 3 << 16, 1 | 4 << 16)
LITERALS = {NULL: b"null", FALSE: b"false", TRUE: b"true", EMPTY_OBJECT: b"{}", EMPTY_ARRAY: b"[]"}
SHAPES, LENGTHS, STRINGS, INTEGERS, NUMBERS = range(5)
COLUMN_KINDS = "shape length string integer number".split()
TEXT, VALUE, TAIL, OWN, HEAD = range(5)
PLAIN, MINIMAL, HTML, ASCII, SLASH, ASCII_UPPER, VERBATIM, OPAQUE, SILENT = 0, 1, 2, 3, 4, 5, 15, 2, 16


class Damaged(Exception):
    """The file is not what the documents say."""
def zstd(frame, size):
    """The frame's bytes (S5)."""
    if zstd_module:
        return zstd_module.decompress(frame)
    if zstandard:
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
    return subprocess.run(["zstd", "-dcq"], input=frame, stdout=subprocess.PIPE, check=True).stdout


class Cursor:
    """Bytes with a position (E1 to E8)."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if not 0 <= count <= len(self.data) - self.at:
            raise Damaged("bytes end inside a structure")
        self.at += count
        return self.data[self.at - count:self.at]

    def end(self):
        if self.at != len(self.data):
            raise Damaged(f"{len(self.data) - self.at} bytes left over")

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        byte = self.byte()
        return byte if byte < 0x80 else byte & 0x7F | self.varint() << 7

    def svarint(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def counted(self):
        return self.take(self.varint())

    def ref(self):
        return self.varint(), self.varint()

# ---- encodings.md

def signed64(value):
    return (value + (1 << 63) & (1 << 64) - 1) - (1 << 63)

def packed(cursor, count, width):  # E9
    data, mask, output = cursor.take((count * width + 7) // 8), (1 << width) - 1, []
    for start in range(0, count, 64):  # 64 integers take 8 × width bytes
        bits = int.from_bytes(data[start // 8 * width:(start // 8 + 8) * width], "little")
        output += [bits >> i * width & mask for i in range(min(64, count - start))]
    return output

def integers(cursor, count, depth=1):  # E10 to E13b
    tag = cursor.byte()
    if tag == 0:
        return [cursor.svarint()] * count
    if tag == 1:
        base, width = cursor.svarint(), cursor.byte()
        return [signed64(base + value) for value in packed(cursor, count, width)]
    if tag == 2:
        output, least, width = [cursor.svarint()], cursor.svarint(), cursor.byte()
        for delta in packed(cursor, count - 1, width):
            output.append(signed64(output[-1] + least + delta))
        return output
    if tag == 3 and depth < 3:
        runs = cursor.varint()
        values, lengths = integers(cursor, runs, depth + 1), integers(cursor, runs, depth + 1)
        return [value for value, length in zip(values, lengths) for _ in range(length)]
    if tag == 4:
        return planes(cursor, count)
    if tag == 5:
        output = [cursor.svarint()]
        for delta in planes(cursor, count - 1):
            output.append(signed64(output[-1] + delta))
        return output
    raise Damaged(f"unknown integer encoding {tag}")

def word_list(cursor):  # E14
    return integers(cursor, cursor.varint())

def beside(gaps, values):  # E16b
    position, output = -1, []
    for gap in gaps:
        position += gap
        output.append(values[position] if gap > 0 else None)
    return output

def codes(cursor, count, values, given=None):  # E15, E16
    if len(values) <= 1:
        return values * count
    width = cursor.byte()
    if width in (0, 3, 5):  # E16a, E16b, E16c
        words, parents = given(0)
        if width != 0:
            words, parents = words + [None], beside(integers(cursor, count), parents)
        if width == 5:
            parents = list(zip(parents, beside(integers(cursor, count), given(1)[1])))
            words = list(dict.fromkeys(parents))
        counts = integers(cursor, len(words))
        children = iter(integers(cursor, sum(counts)))
        after = {word: [values[next(children)] for _ in range(count)] for word, count in zip(words, counts)}
        ranks = cursor.take(count) if cursor.byte() else bytes(count)
        return [after[parent][rank] for parent, rank in zip(parents, ranks)]
    numbers = struct.unpack("<%d%s" % (count, {1: "B", 2: "H", 4: "I"}[width]), cursor.take(count * width))
    return [values[number] for number in numbers]

def extensions(cursor):  # S14a
    return {cursor.varint(): cursor.counted() for _ in range(cursor.varint())}


SHORT = {0x22: b'\\"', 0x5C: b"\\\\", 8: b"\\b", 12: b"\\f", 10: b"\\n", 13: b"\\r", 9: b"\\t"}

def character(value, at):
    """The code point at a byte of 80 or more and its length; None and 1 where there is none (E18)."""
    for length in (2, 3, 4):
        try:
            return ord(value[at:at + length].decode("utf-8", "surrogatepass")), length
        except (UnicodeDecodeError, TypeError):
            pass
    return None, 1

def exceptions(cursor):
    return {cursor.varint(): cursor.counted() for _ in range(cursor.varint())}


def spell(value, style):
    """The spelling of a value (E17, E18)."""
    if style == PLAIN:
        return value
    unit = b"\\u%04X" if style == ASCII_UPPER else b"\\u%04x"
    output, at = bytearray(), 0
    while at < len(value):
        byte, length = value[at], 1
        if byte in SHORT:
            output += SHORT[byte]
        elif byte < 0x20 or style == HTML and byte in b"=&<>'":
            output += unit % byte
        elif byte == 0x2F and style == SLASH:
            output += b"\\/"
        elif byte >= 0x80 and style in (HTML, ASCII, ASCII_UPPER):
            point, length = character(value, at)
            if point is None or style == HTML and point not in (0x2028, 0x2029):
                output += value[at:at + length]
            else:
                surrogates = 0xD800 + (point - 0x10000 >> 10), 0xDC00 + (point & 0x3FF)
                output += b"".join(unit % part for part in (surrogates if point >= 0x10000 else [point]))
        else:
            output.append(byte)
        at += length
    return bytes(output)

def spelled(cursor, count, read_values, as_values=False):
    """Reads styles, then values with `read_values`; gives the spellings, or the values themselves."""
    styles = integers(cursor, count) if cursor.byte() else [PLAIN] * count
    verbatim = {i: cursor.counted() for i, style in enumerate(styles) if style == VERBATIM}
    values = read_values()
    cursor.end()
    if as_values:
        return values
    return [verbatim[i] if i in verbatim else spell(value, styles[i]) for i, value in enumerate(values)]

def plain(cursor, count, as_values=False):  # E21
    lengths = integers(cursor, count)
    return spelled(cursor, count, lambda: [cursor.take(length) for length in lengths], as_values)

def dictionary_block(cursor, count, as_values=False):  # E27
    def values():
        value = b""
        for _ in range(count):
            value = value[:cursor.varint()] + cursor.counted()
            yield value
    return spelled(cursor, count, lambda: list(values()), as_values)

ALPHABETS = {1: b"89ab", 2: b"0123456789abcdef", 3: b"0123456789ABCDEF", 4: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
             5: b"0123456789ABCDEFGHIJKLMNOPQRSTUV", 6: b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",
             7: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
             8: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}

def token(parts, number, bits):
    """The text of a token: its bits, the most significant first, are those of its characters (E23)."""
    output = b""
    for alphabet, text, count in parts:
        if not alphabet:
            output += text
            continue
        characters = ALPHABETS[alphabet]
        width = len(characters).bit_length() - 1
        for _ in range(count):
            bits -= width
            index = number >> bits & len(characters) - 1
            output += characters[index:index + 1]
    return output

def tokens(cursor, count, as_values=False):  # E22 to E24
    classes = []
    for _ in range(cursor.varint()):
        parts = []
        for _ in range(cursor.varint()):
            alphabet = cursor.byte()
            text = b"" if alphabet else cursor.counted()
            parts.append((alphabet, text, 0 if not alphabet else cursor.varint()))
        classes.append(parts)
    numbers = integers(cursor, count)
    rest = numbers.count(len(classes))
    lists = [iter(plain(Cursor(cursor.counted()), rest, as_values) if rest else [])]
    for index, parts in enumerate(classes):
        n = numbers.count(index)
        bits = sum((len(ALPHABETS[a]).bit_length() - 1) * length for a, _, length in parts if a)
        whole = [int.from_bytes(cursor.take(bits // 8), "big") for _ in range(n)]
        ends = packed(cursor, n, bits % 8)
        lists.insert(index, iter([token(parts, w << bits % 8 | e, bits) for w, e in zip(whole, ends)]))
    return [next(lists[number]) for number in numbers]

def own(cursor, count):  # E26c
    if cursor.data[:1] != b"\xff":
        return plain(cursor, count)
    cursor.byte()
    distinct = cursor.varint()
    numbers = integers(cursor, count)
    texts = plain(cursor, distinct)
    return [texts[number] for number in numbers]

def derived(cursor, count, parent):  # E26a to E26d
    forms = []
    for _ in range(cursor.varint()):
        spelling, parts = cursor.byte(), []
        for _ in range(cursor.varint()):
            source = cursor.byte()
            if spelling > 1 or source > HEAD:
                raise Damaged("unknown form of derived values")
            parts.append((source, cursor.counted() if source == TEXT else cursor.varint() if source != OWN else None))
        forms.append((spelling, parts))
    numbers, lists = integers(cursor, count), []
    for number, (spelling, parts) in enumerate(forms):
        n, columns = numbers.count(number), []
        for source, what in parts:
            if source == TEXT:
                columns.append([what] * n)
            elif source == OWN:
                columns.append(own(Cursor(cursor.counted()), n))
            else:
                values, position, taken = parent(what), -1, []
                for gap in integers(cursor, n):
                    position += gap
                    if position < 0:
                        raise Damaged("a value before the first")
                    value = values[position]
                    taken.append(value[value.rfind(b"/") + 1:] if source == TAIL else
                                 value.split(b".", 1)[0] if source == HEAD else value)
                columns.append(taken)
        texts = [b"".join(pieces) for pieces in zip(*columns)] if parts else [b""] * n
        lists.append(iter([base64.b64encode(text) for text in texts] if spelling else texts))
    rest = numbers.count(len(forms))
    if rest:
        tag = cursor.byte()
        if tag not in (1, 5):
            raise Damaged(f"string encoding {tag} of exceptions")
        lists.append(iter(plain(cursor, rest) if tag == 1 else tokens(cursor, rest)))
    return [next(lists[number]) for number in numbers]

def patterns(cursor, count, as_values=False):  # E26e to E26h
    forms, text = [], b""
    for _ in range(cursor.varint()):
        text = text[:cursor.varint()] + cursor.counted()
        pieces, at = [], 0
        while at < len(text):
            if text[at]:
                pieces.append(text[at:at + 1])
            else:
                at += 1
                pieces.append(text[at] or b"\0")
            at += 1
        forms.append(pieces)
    numbers = integers(cursor, count)
    styles = integers(cursor, count) if cursor.byte() else [PLAIN] * count
    verbatim = {i: cursor.counted() for i, style in enumerate(styles) if style == VERBATIM}
    uses = {}
    holes = [[piece for piece in pieces if isinstance(piece, int)] for pieces in forms]
    for number in numbers:
        for lane in enumerate(holes[number]):
            uses[lane] = uses.get(lane, 0) + 1
    lanes = {}
    for lane in sorted({lane for pieces in holes for lane in enumerate(pieces)}):
        digits, n = lane[1] & 0x7F, uses.get(lane, 0)
        if lane[1] < 0x80:
            lanes[lane] = iter([b"%0*d" % (digits, number) for number in integers(cursor, n)])
        else:
            run = b"".join(b"%x" % digit for digit in packed(cursor, n * digits, 4))
            lanes[lane] = iter([run[i * digits:(i + 1) * digits] for i in range(n)])
    cursor.end()
    values = []
    for number in numbers:
        hole, value = 0, b""
        for piece in forms[number]:
            if isinstance(piece, int):
                value, hole = value + next(lanes[hole, piece]), hole + 1
            else:
                value += piece
        values.append(value)
    if as_values:
        return values
    return [verbatim[i] if i in verbatim else spell(value, styles[i]) for i, value in enumerate(values)]

def timestamp(seconds):  # E25
    return ((datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat() + "Z").encode()


# ---- segment.md


DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

def planes(cursor, count):  # E13a
    base, width = cursor.svarint(), cursor.byte()
    values = [base] * count
    for plane in range(width):
        values = [value + (byte << 8 * plane) for value, byte in zip(values, cursor.take(count))]
    return [signed64(value) for value in values]

def whole_key(stored, form, token):  # S34a
    halves = (int.from_bytes(token[:6], "little"), int.from_bytes(token[6:], "little"))
    text = bytes(DIGITS[half // 62 ** place % 62] for half in halves for place in range(7, -1, -1))
    end = len(stored) - form // 2
    if form % 2:
        directory, time = stored[:end - 4], stored[end - 4:end]
        parts = directory.split(b"/")[-7:-1]
        name = b"_".join(parts[:3]) + b"_" + b"".join(parts[3:]) + b"T" + time + b"Z_"
        return directory + name + text + stored[end:]
    return stored[:end] + text + stored[end:]


class Segment:
    def __init__(self, path):
        self.file, self.size = open(path, "rb"), os.path.getsize(path)
        tail = self.read(self.size - 32, 32)
        offset, size, version, checksum, magic = struct.unpack("<QIIQ8s", tail)
        head = b"CAIRNSEG" + struct.pack("<II", version, 0)
        if self.read(0, 16) != head or magic != b"CAIRNEND" or version not in VERSIONS:
            raise Damaged("no segment of version 1, draft 2, 3 or 4")
        self.check(tail[:16], self.size - 32, checksum)
        self.packs, self.directories, self.entries = {}, {}, {}
        self.read_footer(self.block((offset, size)))
        self.read_catalogue(self.block(self.catalogue))
        self.read_shapes(self.block(self.shapes_ref))

    def read(self, offset, count):
        self.file.seek(offset)
        return Cursor(self.file.read(count)).take(count)

    def check(self, data, offset, checksum):  # S6, S8
        if xxhash and xxhash.xxh3_64_intdigest(data, offset) != checksum:
            raise Damaged(f"checksum does not match at byte {offset}")

    def block(self, ref):  # S5, S6
        offset, size = ref
        stored = self.read(offset, size)
        self.check(stored[:-8], offset, struct.unpack("<Q", stored[-8:])[0])
        codec, raw_size = struct.unpack("<BI", stored[:5])
        raw = {0: lambda: stored[5:-8], 1: lambda: zstd(stored[5:-8], raw_size)}[codec]()
        if len(raw) != raw_size:
            raise Damaged(f"block at byte {offset} has a wrong size")
        return Cursor(raw)

    def read_footer(self, c):  # S11 to S14
        names = ("rows", "records", "duplicates", "rejected", "objects", "JSON bytes", "source bytes")
        self.counts = {name: c.varint() for name in names}
        self.groups = []
        for _ in range(c.varint()):
            rows, untimed, minimum, maximum = c.varint(), c.varint(), c.svarint(), c.svarint()
            times, verbatim_rows = c.ref(), c.varint()
            verbatim = c.ref() if verbatim_rows else None
            self.groups.append((rows, untimed, minimum, maximum, times, verbatim_rows, verbatim))
        self.catalogue, self.shapes_ref = c.ref(), c.ref()
        self.pack_refs = [c.ref() for _ in range(c.varint())]
        self.envelopes_ref, self.envelope_count = c.ref(), c.varint()
        self.object_blocks = [(c.varint(), c.ref(), c.ref(), c.ref()) for _ in range(c.varint())]
        extensions(c)
        c.end()

    def read_catalogue(self, c):  # S18 to S26
        count = c.varint()
        distances, elements = integers(c, count), integers(c, count)
        self.parents = [i - distances[i] for i in range(count)]
        self.names = [c.counted() for _ in range(count)]
        self.element_slot = {self.parents[i]: i for i in range(1, count) if elements[i]}
        count = c.varint()
        slots, kinds, values, places, sizes = (integers(c, count) for _ in range(5))
        offsets = iter(integers(c, places.count(0)))
        c.end()
        self.columns, pack_ends = {}, [0] * len(self.pack_refs)
        for slot, kind, value_count, place, size in zip(slots, kinds, values, places, sizes):
            where = (place - 1, pack_ends[place - 1], size) if place else (next(offsets), size)
            pack_ends[place - 1] += size if place else 0
            self.columns[slot, kind] = value_count, where

    def read_shapes(self, c):  # S21
        count = c.varint()
        owners, counts = integers(c, count), integers(c, count)
        members = iter(list(zip(integers(c, sum(counts)), integers(c, sum(counts)))))
        c.end()
        self.shapes = [[] for _ in self.names]
        for owner, length in zip(owners, counts):
            shape = [next(members) for _ in range(length)]
            self.shapes[owner].append([(owner + child, word) for child, word in shape])

    def read_directory(self, kind, where):
        """Dictionary parts; by row group (values, function giving the chunk's cursor, word list) (S27 to S29)."""
        if len(where) == 2:
            c = self.block(where)
        else:
            pack, start, size = where
            if pack not in self.packs:
                self.packs[pack] = self.block(self.pack_refs[pack]).data
            c = Cursor(self.packs[pack][start:start + size])

        def part():
            size, is_block = divmod(c.varint(), 2)
            if is_block:
                ref = c.varint(), size
                return lambda: self.block(ref)
            data = c.take(size)
            return lambda: Cursor(data)

        entries = c.varint()  # the sum of those of the blocks
        dictionary = [(c.varint(), c.counted(), part()) for _ in range(c.varint())]
        given = c.varint()
        chunks, group = {}, -1
        for _ in range(c.varint()):
            group += 1 + c.varint()
            chunks[group] = c.varint(), part()
        lists = {group: [] for group in chunks}
        if kind == SHAPES or entries:
            cursor = part()()
            lists = {group: word_list(cursor) for group in chunks}
            cursor.end()
        known = extensions(c)  # S14a
        c.end()
        if 5 in known:  # E16c
            given = given, 1 + Cursor(known[5]).varint()
        parents = Cursor(known.get(3, b"\0"))  # E26b
        chunks = {group: chunk + (lists[group],) for group, chunk in chunks.items()}
        parents = [parents.varint() for _ in range(parents.varint())]
        return [(count, part) for count, _, part in dictionary], chunks, given, parents

    def values(self, key, group, as_values=False):
        """All values of the column `key` (slot, kind) in a row group: words, integers, and of strings spellings, or
        the values themselves."""
        if key not in self.directories:
            self.directories[key] = self.read_directory(key[1], self.columns[key][1])
        dictionary, chunks, _, _ = self.directories[key]
        if group not in chunks:
            return []
        count, part, words = chunks[group]
        c = part()
        if key[1] == SHAPES:
            output = codes(c, count, words, lambda which: self.words_given(key, group, which))
        elif key[1] in (LENGTHS, INTEGERS):
            output = integers(c, count)
        else:
            output = self.strings(c, count, words, key, dictionary, group, as_values)
        c.end()
        if len(output) != count:
            raise Damaged("a chunk has the wrong number of values")
        return output

    def words_given(self, key, group, which):
        """The word list of a column that `key` is given, and its words (E16a); none where it has none (E16c)."""
        given = self.directories[key][2]
        parent = list(self.columns)[(given if isinstance(given, tuple) else (given,))[which] - 1]
        if parent not in self.directories:
            self.directories[parent] = self.read_directory(parent[1], self.columns[parent][1])
        if group not in self.directories[parent][1]:
            return [], []
        count, part, words = self.directories[parent][1][group]
        c = part()
        if parent[1] != SHAPES and c.byte() != 0:
            raise Damaged("a column is given one that is not coded")
        return words, codes(c, count, words, lambda which: self.words_given(parent, group, which))

    def parent(self, key, number, group):
        """Values of a column that those of `key` are derived from (E26b)."""
        parent = list(self.columns)[self.directories[key][3][number]]
        values = self.values(parent, group, as_values=True) if parent[1] == STRINGS else None
        if values is None or self.directories[parent][3]:
            raise Damaged("a column derived from one of no strings, or one that is derived")
        return values

    def strings(self, c, count, words, key, dictionary, group, as_values):  # E22 to E26d
        tag = c.byte()
        if tag == 0:
            if (key, as_values) not in self.entries:
                blocks = [dictionary_block(part(), size, as_values) for size, part in dictionary]
                self.entries[key, as_values] = [text for block in blocks for text in block]
            entries = self.entries[key, as_values]
            return [entries[word] for word in codes(c, count, words, lambda which: self.words_given(key, group, which))]
        if tag in (1, 5):
            return plain(c, count, as_values) if tag == 1 else tokens(c, count, as_values)
        if tag == 7:
            return patterns(c, count, as_values)
        if tag == 6:
            return derived(c, count, lambda number: self.parent(key, number, group))
        if tag in (3, 4):
            seconds = integers(c, count) if tag == 3 else [time // 1000 for time in self.times(group)]
            return [timestamp(second) for second in seconds]
        raise Damaged(f"unknown string encoding {tag}")

    def times(self, group):  # S15
        rows, untimed, _, _, times, _, _ = self.groups[group]
        c = self.block(times)
        unit = c.varint()
        return [value * unit for value in integers(c, rows - untimed)]

    def verbatim(self, group):  # S17
        count, ref = self.groups[group][5:]
        if not count:
            return {}
        c = self.block(ref)
        positions = integers(c, count)
        return dict(zip(positions, plain(c, count)))

    def records(self, group):
        """Each record of a row group as bytes, (key, value) lists and tuples of elements (S31, S32)."""
        columns = {key: iter(self.values(key, group)) for key in self.columns}

        def value(slot, word):
            if word >= FIRST_SHAPE:
                members = self.shapes[slot][word - FIRST_SHAPE]
                return [(self.names[child], value(child, word)) for child, word in members]
            if word == STRING:
                return b'"' + next(columns[slot, STRINGS]) + b'"'
            if word == INTEGER:
                return b"%d" % next(columns[slot, INTEGERS])
            if word == NUMBER:
                return next(columns[slot, NUMBERS])
            if word == OBJECT:
                return value(slot, next(columns[slot, SHAPES]))
            if word == ARRAY:
                element = self.element_slot[slot]
                return tuple([instance(element) for _ in range(next(columns[slot, LENGTHS]))])
            return LITERALS[word]

        def instance(slot):
            return value(slot, next(columns[slot, SHAPES]))

        return [instance(0) for _ in range(self.groups[group][0])]

    def envelopes(self):  # S41, S43a, S44
        c = self.block(self.envelopes_ref)
        for _ in range(self.envelope_count):
            around = c.counted(), c.counted(), c.counted()
            layout = (c.byte(),) + tuple(c.counted() for _ in range(7))
            gaps, quoting, spelled = exceptions(c), PLAIN, {}
            if layout[0] & 4:
                quoting, spelled = c.byte(), exceptions(c)
            yield around, layout, gaps, quoting, spelled
        c.end()

    def objects(self):  # S34 to S40
        names = ("form", "source_size", "size", "flags", "version", "fragment", "envelope", "rejected",
                 "row_count", "part_count")
        for _, *refs in self.object_blocks:
            c, rows, digests = (self.block(ref) for ref in refs)
            count, keys = c.varint(), [b""]
            for _ in range(count):
                keys.append(keys[-1][:c.varint()] + c.counted())
            lists = [planes(c, count) for _ in names]
            objects = [dict(zip(names, row), key=key) for key, row in zip(keys[1:], zip(*lists))]
            for item in objects:
                if item["form"]:
                    item["key"] = whole_key(item["key"], item["form"] - 1, digests.take(12))
            modified = 0
            for item in objects:
                modified = signed64(modified + c.svarint())
                item["modified"] = modified
                item["fragment"], item["last"] = divmod(item["fragment"], 2)
                item["digest"] = digests.take(32)
            for item in objects:
                if item["last"] and item["fragment"]:
                    item["object_size"], item["object_digest"] = c.varint(), digests.take(32)
            for item in objects:
                item["parts"] = [c.ref() for _ in range(item["part_count"])]
            row = 0
            for item in objects:
                item["rows"] = []
                if item["row_count"]:
                    row += rows.svarint()
                    item["rows"].append(row)
            for item in objects:
                for _ in range(item["row_count"] - 1):
                    item["rows"].append(item["rows"][-1] + 1 + rows.svarint())
            for part in (c, rows, digests):
                part.end()
            yield from objects

def write_value(value, layout, depth, output):  # S44, S45
    flags, newline, base, unit, before_colon, after_colon, after_comma, padding = layout
    if isinstance(value, bytes):
        output.append(value)
        return
    is_object = isinstance(value, list)
    inside, between = depth, after_comma
    start = close = b"" if is_object else padding
    if flags & (1 if is_object else 2):
        inside, close = depth + 1, newline + base + unit * depth
        start = between = newline + base + unit * inside
    output.append(b"{" if is_object else b"[")
    for index, item in enumerate(value):
        output.append(b"," + between if index else start)
        if is_object:
            output.append(b'"' + item[0] + b'"' + before_colon + b":" + after_colon)
            item = item[1]
        write_value(item, layout, inside, output)
    output.append((close if value else b"") + (b"}" if is_object else b"]"))

def rebuilt(segment):
    """Every object (or fragment) with its bytes (S41 to S43)."""
    envelopes, records, verbatim = list(segment.envelopes()), [], {}
    for group in range(len(segment.groups)):
        verbatim.update({len(records) + at: raw for at, raw in segment.verbatim(group).items()})
        records += segment.records(group)
    for item in segment.objects():
        if item["flags"] & OPAQUE:
            data = b"".join(segment.block(ref).data for ref in item["parts"])
        else:
            (prefix, separator, suffix), layout, gaps, quoting, spelled = envelopes[item["envelope"]]
            output = []
            for index, row in enumerate(item["rows"] if quoting != SILENT else []):
                output.append(gaps.get(index, separator) if index else prefix)
                text = []
                write_value(verbatim.get(row, records[row]), layout, 0, text)
                output.append(spelled[index] if index in spelled else spell(b"".join(text), quoting))
            data = b"".join(output) + suffix
        if len(data) != item["size"] or hashlib.sha256(data).digest() != item["digest"]:
            raise Damaged(f"object {item['key']!r} does not rebuild")
        yield item, data

def restore(segment, directory):
    count = 0
    for item, data in rebuilt(segment):
        parts = item["key"].replace(b"\0", b"_").split(b"/")
        name = b"/".join(part for part in parts if part not in (b"", b".", b"..")) or b"object"
        suffix = next((s for s in (b".gz", b".zst") if name.endswith(s) and name != s), b"")
        name = name[:len(name) - len(suffix)] + (b"~%d" % item["version"] if item["version"] > 1 else b"")
        path = os.path.join(os.fsencode(directory), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab" if item["fragment"] else "wb") as file:
            file.write(data)
        count += item["last"]
    return count

def show(segment):
    def path(slot):
        if slot == 0:
            return "$"
        parent = segment.parents[slot]
        name = segment.names[slot].decode("utf-8", "replace")
        if segment.element_slot.get(parent) == slot:
            return path(parent) + "[]"
        return name if parent == 0 else path(parent) + "." + name

    print(", ".join(f"{value} {name}" for name, value in segment.counts.items()))
    for index, (rows, untimed, minimum, maximum, _, verbatim_rows, _) in enumerate(segment.groups):
        times = [] if untimed == rows else [minimum, maximum]
        span = " to ".join(timestamp(time // 1000).decode() for time in times)
        print(f"row group {index}: {rows} rows, {untimed} without time, {verbatim_rows} verbatim, {span}")
    for (slot, kind), (count, where) in segment.columns.items():
        place = f"directory at {where[0]}" if len(where) == 2 else f"in pack {where[0]}"
        print(f"column {path(slot)} {COLUMN_KINDS[kind]}: {count} values, {place}")
    for slot, shapes in enumerate(segment.shapes):
        for number, members in enumerate(shapes):
            text = " ".join(f"{path(child)}:{word}" for child, word in members)
            print(f"shape {number} of {path(slot)}: {text}")

def fields(words):
    return dict(word.split("=", 1) for word in words)

def marks(directory, name, told, segment, segment_rows):  # A15a
    with open(os.path.join(directory, "segments", name), "rb") as file:
        data = file.read()
    magic, version, _, number, seal, rows, count = struct.unpack_from("<8sIIQQII", data)
    hash_value = struct.unpack_from("<Q", data, len(data) - 8)[0]
    if (magic, version) != (b"CAIRNMRK", 1) or len(data) != int(told["bytes"]) or hash_value != int(told["hash"], 16):
        raise Damaged("not the marks that the manifest names")
    if xxhash and xxhash.xxh3_64_intdigest(data[:-8]) != hash_value:
        raise Damaged("checksum of marks")
    if (number, "%016x" % seal, rows) != (int(segment[0].split(".")[0]), segment[1], segment_rows):
        raise Damaged("marks of another segment")
    cursor, row, hidden = Cursor(data[40:-8]), -1, []
    for distance in integers(cursor, count):
        row += 1 + distance
        if distance < 0 or row >= rows:
            raise Damaged("a mark is behind its segment")
        hidden.append(row)
    cursor.end()
    if count != int(told["rows"]) or count == 0:
        raise Damaged("number of marks")
    return hidden

def archive(directory):
    """Segment names with the number of their rows and the rows that queries skip (A4 to A8a)."""
    with open(os.path.join(directory, "CURRENT")) as file:
        manifest = file.read().split()[0]
    found = []
    with open(os.path.join(directory, manifest)) as file:
        lines = file.read().split("\n")
    if lines[0] != "cairn-manifest 1":
        raise Damaged("no manifest of version 1")
    for words in (line.split(" ") for line in lines):
        if words[0] == "segment":
            told = fields(words[2:])
            found.append((words[1], told["seal"], int(told["rows"]), []))
        elif words[0] == "marks":
            name, seal, rows, _ = found.pop()
            hidden = marks(directory, words[1], fields(words[2:]), (name, seal), rows)
            found.append((name, seal, rows, hidden))
    return [(name, rows, hidden) for name, _, rows, hidden in found]

def show_archive(directory):
    rows = hidden_rows = 0
    for name, count, hidden in archive(directory):
        segment = Segment(os.path.join(directory, "segments", name))
        if segment.counts["rows"] != count:
            raise Damaged("rows of the manifest")
        rows, hidden_rows = rows + count, hidden_rows + len(hidden)
    print(f"{rows - hidden_rows} events, {hidden_rows} shadowed rows")

def main():
    parser = argparse.ArgumentParser(description="Reads Cairn segments without Cairn.")
    parser.add_argument("segments", nargs="+", metavar="SEGMENT", help="a .cairn file, or an archive")
    parser.add_argument("--restore", metavar="DIR", help="write the source objects below DIR")
    options = parser.parse_args()
    if not xxhash:
        print("read_cairn.py: no module xxhash: block checksums are not checked", file=sys.stderr)
    sys.setrecursionlimit(10_000)
    for path in options.segments:
        try:
            if os.path.isdir(path):
                show_archive(path)
                continue
            segment = Segment(path)
            if options.restore:
                count = restore(segment, options.restore)
                print(f"{path}: {count} objects restored, SHA-256 of each as recorded", file=sys.stderr)
            else:
                show(segment)
        except (Damaged, LookupError, OverflowError, RuntimeError, StopIteration, struct.error) as error:
            sys.exit(f"read_cairn.py: {path}: damaged: {error!r}")


if __name__ == "__main__":
    main()
