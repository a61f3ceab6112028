#!/usr/bin/env python3
# ruff: noqa
# fmt: off
"""Vendor-neutral DICOMweb benchmark. Standard library only; see docs/performance.md.

STOW-RS, QIDO-RS, WADO-RS and a growing-index "scale" suite against one or more
base URLs.  With several targets every measurement is interleaved A B A B ...,
so that noise on a shared machine hits all targets alike; ratios are printed
against the first target.  Every answer is checked (status, counts), and a
wrong answer is counted as an error, never as a fast success.
"""
import argparse, array, hashlib, itertools, json, os, random, socket, ssl, statistics, struct
import sys, threading, time
from urllib.parse import urlsplit, quote

# ----------------------------------------------------------------- corpus ---
LONG = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UT", b"UC", b"UR", b"SV", b"UV"}
CT_CLASS, EXPLICIT_LE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"


def uid(*key):
    n = int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=16).digest(), "big")
    return "2.25.%d" % (10**37 + n % (9 * 10**37))          # always 43 characters


def enc(vr, v):
    if isinstance(v, bytes):
        b = v
    elif isinstance(v, (int, float)) or (isinstance(v, (list, tuple)) and vr in ("US", "SS", "UL", "SL", "FL", "FD")):
        vs = v if isinstance(v, (list, tuple)) else [v]
        b = struct.pack("<%d%s" % (len(vs), {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}[vr]), *vs)
    else:
        b = ("\\".join(v) if isinstance(v, (list, tuple)) else v).encode("utf-8")
    if len(b) & 1:
        b += b"\0" if vr in ("UI", "OB", "UN") else b" "
    return b


def el(tag, vr, v):
    if vr == "SQ":
        b = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(i)) + i
                     for i in (b"".join(el(*e) for e in sorted(item)) for item in v))
    else:
        b = enc(vr, v)
    c = vr.encode()
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, c)
    return head + (struct.pack("<HI", 0, len(b)) if c in LONG else struct.pack("<H", len(b))) + b


def code(value, scheme, meaning):
    return [(0x00080100, "SH", value), (0x00080102, "SH", scheme), (0x00080104, "LO", meaning)]


SYL = ["al", "ber", "cor", "dan", "el", "fer", "gar", "hol", "in", "jor", "kel", "lam", "mor", "nor", "ost", "per"]
SURNAMES = [(a + b + c).capitalize() for a in SYL[:10] for b in SYL[5:13] for c in ("son", "ini", "ez", "berg")]
FIRST = [(a + b).capitalize() for a in SYL for b in ("a", "o", "ia", "en", "us", "y")]


class Study:
    """Everything about a synthetic study follows from (seed, run, number)."""
    def __init__(self, seed, run, number, modality="CT"):
        r = random.Random("%s/%s/%s" % (seed, run, number))
        self.key, self.modality = (seed, run, number), modality
        self.uid = uid(seed, run, number)
        self.pid = "P%s%07d" % (hashlib.md5(str(run).encode()).hexdigest()[:6].upper(), number)
        self.name = "%s^%s" % (r.choice(SURNAMES), r.choice(FIRST))
        self.date = time.strftime("%Y%m%d", time.gmtime(1640995200 + 86400 * r.randrange(1000)))
        self.time = "%02d%02d%02d" % (r.randrange(7, 20), r.randrange(60), r.randrange(60))
        self.acc = "A%s%06d" % (self.pid[1:5], number)
        self.birth, self.sex, self.r = "19%02d%02d%02d" % (r.randrange(30, 99), r.randrange(1, 13), r.randrange(1, 28)), r.choice("MF"), r

    def series_uid(self, se):
        return uid(*self.key, se)

    def sop_uid(self, se, i):
        return uid(*self.key, se, i)


_pixels = {}


def pixels(size, variant):
    if (size, variant) not in _pixels:
        rnd, a, c = random.Random("px%d/%d" % (size, variant)), array.array("h"), size / 2
        noise = rnd.randbytes(size * size)
        for y in range(size):
            dy = ((y - c) / (c * .72)) ** 2
            for x in range(size):
                d = ((x - c) / (c * .9)) ** 2 + dy
                base = -1000 if d > 1 else 900 if d > .93 else 40 if (x // (size // 8) + y // (size // 8) + variant) % 3 else -80
                a.append(base + (noise[y * size + x] & 31) - 16)
        if sys.byteorder == "big":
            a.byteswap()
        _pixels[size, variant] = a.tobytes()
    return _pixels[size, variant]


def template(st, se, size, nvariants=4):
    """Ordered parts of one series; a part is bytes or a function of the instance number."""
    D = lambda f: f                                                       # dynamic element
    S = "ISO_IR 192"
    e = {
        0x00080005: ("CS", S), 0x00080008: ("CS", ["ORIGINAL", "PRIMARY", "AXIAL"]),
        0x00080012: ("DA", st.date), 0x00080013: ("TM", st.time), 0x00080016: ("UI", CT_CLASS),
        0x00080018: ("UI", D(lambda i: st.sop_uid(se, i))), 0x00080020: ("DA", st.date), 0x00080021: ("DA", st.date),
        0x00080022: ("DA", st.date), 0x00080023: ("DA", st.date), 0x00080030: ("TM", st.time), 0x00080031: ("TM", st.time),
        0x00080032: ("TM", D(lambda i: "%s.%06d" % (st.time, i * 1371 % 1000000))),
        0x00080033: ("TM", D(lambda i: "%s.%06d" % (st.time, i * 2371 % 1000000))),
        0x00080050: ("SH", st.acc), 0x00080060: ("CS", st.modality), 0x00080070: ("LO", "BENCHMARK MEDICAL"),
        0x00080080: ("LO", "Université Hospital Northside"), 0x00080081: ("ST", "1 Research Way, Springfield"),
        0x00080090: ("PN", "Referrer^Robin^^Dr"), 0x00081010: ("SH", "CTWS01"), 0x00081030: ("LO", "CT CHEST ABDOMEN PELVIS W CONTRAST"),
        0x00081032: ("SQ", [code("CTCAPW", "L", "CT Chest Abdomen Pelvis W")]), 0x0008103E: ("LO", "AXIAL %d 1.25mm" % se),
        0x00081040: ("LO", "RADIOLOGY"), 0x00081048: ("PN", "Reader^Alex"), 0x00081050: ("PN", "Performer^Kim"),
        0x00081070: ("PN", "Operator^Sam"), 0x00081090: ("LO", "Synth CT 64"),
        0x00081110: ("SQ", [[(0x00081150, "UI", "1.2.840.10008.3.1.2.3.1"), (0x00081155, "UI", uid(*st.key, "ref"))]]),
        0x00081111: ("SQ", [[(0x00081150, "UI", "1.2.840.10008.3.1.2.3.3"), (0x00081155, "UI", uid(*st.key, "pps"))]]),
        0x00081140: ("SQ", [[(0x00081150, "UI", CT_CLASS), (0x00081155, "UI", uid(*st.key, "loc", k))] for k in range(2)]),
        0x00082218: ("SQ", [code("T-D3000", "SRT", "Chest")]),
        0x00090010: ("LO", "BENCH_IDEN_01"), 0x00091001: ("LO", "BENCH_CT_64"), 0x00091002: ("SH", "CT01"), 0x00091004: ("SH", "SYNTH64"),
        0x00091027: ("SL", 1546300800), 0x000910E3: ("UI", uid(*st.key, "pi")),
        0x00100010: ("PN", st.name), 0x00100020: ("LO", st.pid), 0x00100021: ("LO", "HOSP_A"), 0x00100030: ("DA", st.birth),
        0x00100040: ("CS", st.sex), 0x00101000: ("LO", st.pid + "X"),
        0x00101002: ("SQ", [[(0x00100020, "LO", st.pid + "B"), (0x00100021, "LO", "HOSP_B"), (0x00100022, "CS", "TEXT")]]),
        0x00101010: ("AS", "057Y"), 0x00101020: ("DS", "1.75"), 0x00101030: ("DS", "81.5"), 0x001021B0: ("LT", "Follow-up after treatment; compare with prior."),
        0x00180010: ("LO", "OMNIPAQUE 350"), 0x00180012: ("SQ", [code("C-B0322", "SRT", "Iohexol")]), 0x00180015: ("CS", "CHEST"),
        0x00180022: ("CS", "HELICAL MODE"), 0x00180050: ("DS", "1.250000"), 0x00180060: ("DS", "120"), 0x00180090: ("DS", "500.000000"),
        0x00181000: ("LO", "SN000123"), 0x00181020: ("LO", "07MW18.4"), 0x00181030: ("LO", "5.7 CAP ROUTINE"), 0x00181040: ("LO", "IV"),
        0x00181041: ("DS", "100"), 0x00181100: ("DS", "360.000000"), 0x00181110: ("DS", "949.075012"), 0x00181111: ("DS", "541.000000"),
        0x00181120: ("DS", "0.000000"), 0x00181130: ("DS", "154.199997"), 0x00181140: ("CS", "CW"), 0x00181150: ("IS", "500"),
        0x00181151: ("IS", D(lambda i: str(200 + i * 7 % 180))), 0x00181152: ("IS", D(lambda i: str(8 + i % 9))), 0x00181160: ("SH", "BODY FILTER"),
        0x00181170: ("IS", "36000"), 0x00181190: ("DS", "1.200000"), 0x00181210: ("SH", "STANDARD"), 0x00185100: ("CS", "FFS"),
        0x00189305: ("FD", 0.5), 0x00189306: ("FD", 0.625), 0x00189307: ("FD", 40.0), 0x00189309: ("FD", 78.75), 0x00189310: ("FD", 55.0),
        0x00189311: ("FD", 0.984375), 0x00189318: ("FD", [0.0, 0.0, -150.5]), 0x00189323: ("CS", "XYZ_EC"), 0x00189324: ("FD", 35.0),
        0x00189345: ("FD", D(lambda i: 11.0 + i % 17 / 16)), 0x00189346: ("SQ", [code("113691", "DCM", "IEC Body Dosimetry Phantom")]),
        0x00190010: ("LO", "BENCH_ACQU_01"), 0x00191002: ("SL", 912), 0x00191003: ("DS", "389.750000"), 0x00191004: ("DS", "1.023900"),
        0x0019100F: ("DS", "408.600006"), 0x00191011: ("SS", 1), 0x00191018: ("LO", "I"), 0x00191023: ("DS", "39.370079"),
        0x00191024: ("DS", D(lambda i: "%.6f" % (10 + i * .125))), 0x00191025: ("SS", 1), 0x00191027: ("DS", "0.500000"), 0x0019102A: ("DS", "-12.345678"),
        0x0019102C: ("SL", 2000), 0x0019102E: ("DS", "0.000000"), 0x00191039: ("SS", 4), 0x00191042: ("SS", 0), 0x00191052: ("SS", 1),
        0x0020000D: ("UI", st.uid), 0x0020000E: ("UI", st.series_uid(se)), 0x00200010: ("SH", st.acc[:8]), 0x00200011: ("IS", str(se)),
        0x00200012: ("IS", "1"), 0x00200013: ("IS", D(lambda i: str(i + 1))),
        0x00200032: ("DS", D(lambda i: ["-250.000000", "-250.000000", "%.6f" % (-400 + 1.25 * i)])),
        0x00200037: ("DS", ["1.000000", "0.000000", "0.000000", "0.000000", "1.000000", "0.000000"]),
        0x00200052: ("UI", uid(*st.key, "for")), 0x00201040: ("LO", "SN"), 0x00201041: ("DS", D(lambda i: "%.6f" % (-400 + 1.25 * i))),
        0x00204000: ("LT", "synthetic benchmark image"), 0x00209056: ("SH", "1"), 0x00209057: ("UL", D(lambda i: i + 1)),
        0x00210010: ("LO", "BENCH_RELA_01"), 0x00211003: ("SS", 700), 0x00211035: ("SS", 0), 0x00211036: ("SS", D(lambda i: i % 30000)), 0x00211091: ("SS", 0),
        0x00270010: ("LO", "BENCH_IMAG_01"), 0x00271010: ("SS", 0), 0x0027101C: ("SL", 0), 0x00271040: ("SH", "S"),
        0x00271041: ("FL", D(lambda i: -400 + 1.25 * i)), 0x00271042: ("FL", 0.0), 0x00271044: ("FL", 0.0), 0x00271050: ("FL", [0.0, 0.0]),
        0x00280002: ("US", 1), 0x00280004: ("CS", "MONOCHROME2"), 0x00280010: ("US", size), 0x00280011: ("US", size),
        0x00280030: ("DS", ["0.976562", "0.976562"]), 0x00280100: ("US", 16), 0x00280101: ("US", 16), 0x00280102: ("US", 15), 0x00280103: ("US", 1),
        0x00280106: ("SS", -1016), 0x00280107: ("SS", 916), 0x00280120: ("SS", -2000), 0x00280301: ("CS", "NO"), 0x00281050: ("DS", ["40", "-500"]), 0x00281051: ("DS", ["400", "1500"]),
        0x00281052: ("DS", "0"), 0x00281053: ("DS", "1"), 0x00281054: ("LO", "HU"), 0x00281055: ("LO", ["SOFT", "LUNG"]), 0x00282110: ("CS", "00"),
        0x0032000A: ("CS", "STARTED"), 0x00321032: ("PN", "Requester^Pat"), 0x00321060: ("LO", "CT CAP W CONTRAST"),
        0x00400002: ("DA", st.date), 0x00400003: ("TM", st.time), 0x00400244: ("DA", st.date), 0x00400245: ("TM", st.time),
        0x00400253: ("SH", "PPS" + st.acc[-6:]), 0x00400254: ("LO", "CT CAP"), 0x00400260: ("SQ", [code("CTCAPW", "L", "CT CAP W")]),
        0x00400275: ("SQ", [[(0x00321060, "LO", "CT CAP W CONTRAST"), (0x00400007, "LO", "CT CAP"), (0x00400008, "SQ", [code("CTCAPW", "L", "CT CAP")]),
                             (0x00400009, "SH", "SPS1"), (0x00401001, "SH", "RP1")]]),
        0x00430010: ("LO", "BENCH_PARM_01"), 0x00431010: ("SS", 400), 0x00431012: ("SS", [14, 2, 3]), 0x00431016: ("SS", 0), 0x0043101E: ("DS", "2.000000"),
        0x00431027: ("SH", "/1.0:1"), 0x00431028: ("OB", bytes(range(80))), 0x0043102B: ("SS", [4, 4, 0, 0]), 0x00431040: ("FL", 78.75), 0x00431041: ("FL", 1.02),
        0x0043104D: ("FL", 0.0), 0x00431064: ("CS", ["TRAPEZOID"]), 0x00431065: ("US", 64),
    }
    parts, cur = [], []
    for tag in sorted(e):
        vr, v = e[tag]
        if callable(v):
            parts += [b"".join(cur)] if cur else []
            cur = []
            parts.append(lambda i, tag=tag, vr=vr, v=v: el(tag, vr, v(i)))
        else:
            cur.append(el(tag, vr, v))
    parts.append(b"".join(cur))
    npx = size * size * 2
    pxhead = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, npx)

    def make(i):
        meta = b"".join((el(0x00020001, "OB", b"\0\1"), el(0x00020002, "UI", CT_CLASS), el(0x00020003, "UI", st.sop_uid(se, i)),
                         el(0x00020010, "UI", EXPLICIT_LE), el(0x00020012, "UI", "2.25.1000000001"), el(0x00020013, "SH", "DWBENCH1")))
        return b"".join((b"\0" * 128, b"DICM", el(0x00020000, "UL", len(meta)), meta,
                         *[p if p.__class__ is bytes else p(i) for p in parts], pxhead, pixels(size, i % nvariants)))
    return make


SIZES = {"ct": 512, "tiny": 64}

# ------------------------------------------------------------ HTTP client ---
class Conn:
    """Lean blocking HTTP/1.1 keep-alive client (threads; the GIL is free in send/recv)."""
    def __init__(self, base, headers=(), timeout=300):
        u = urlsplit(base)
        self.tls, self.host, self.port = u.scheme == "https", u.hostname, u.port or (443 if u.scheme == "https" else 80)
        self.root, self.timeout, self.sock, self.buf = u.path.rstrip("/"), timeout, None, b""
        self.fixed = ("Host: %s\r\nUser-Agent: dicomweb-bench/1\r\n" % u.netloc.split("@")[-1] + "".join(h + "\r\n" for h in headers)).encode()

    def open(self):
        s = socket.create_connection((self.host, self.port), self.timeout)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock, self.buf = (ssl.create_default_context().wrap_socket(s, server_hostname=self.host) if self.tls else s), b""

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def request(self, method, path, accept, body=None, ctype=None):
        head = b"%s %s%s HTTP/1.1\r\n%sAccept: %s\r\n" % (method.encode(), self.root.encode(), path.encode(), self.fixed, accept.encode())
        if body is not None:
            head += b"Content-Type: %s\r\nContent-Length: %d\r\n" % (ctype.encode(), len(body))
        head += b"\r\n"
        for attempt in (0, 1):
            reused = self.sock is not None
            try:
                if not reused:
                    self.open()
                if body is not None and len(body) < 65536:
                    self.sock.sendall(head + body)
                else:
                    self.sock.sendall(head)
                    if body is not None:
                        self.sock.sendall(body)
                return self.response()
            except (ConnectionError, BrokenPipeError, EOFError):
                self.close()
                if attempt or not reused:
                    raise

    def more(self):
        d = self.sock.recv(262144)
        if not d:
            raise EOFError
        self.buf += d

    def response(self):
        while True:
            while (p := self.buf.find(b"\r\n\r\n")) < 0:
                self.more()
            lines = self.buf[:p].decode("latin-1").split("\r\n")
            self.buf = self.buf[p + 4:]
            status = int(lines[0].split()[1])
            if status >= 200:
                break
        h = {k.strip().lower(): v.strip() for k, _, v in (x.partition(":") for x in lines[1:])}
        if h.get("transfer-encoding", "").lower() == "chunked":
            out = []
            while True:
                while (p := self.buf.find(b"\r\n")) < 0:
                    self.more()
                n = int(self.buf[:p].split(b";")[0], 16)
                self.buf = self.buf[p + 2:]
                chunk = self.exact(n + 2)
                if not n:
                    break
                out.append(memoryview(chunk)[:n])
            body = b"".join(out)
        elif "content-length" in h:
            body = self.exact(int(h["content-length"]))
        elif status in (204, 304):
            body = b""
        else:                                                            # until close
            out, self.buf = [self.buf], b""
            while d := self.sock.recv(1 << 20):
                out.append(d)
            body = b"".join(out)
            self.close()
        if h.get("connection", "").lower() == "close":
            self.close()
        return status, h, body

    def exact(self, n):
        have = len(self.buf)
        if have >= n:
            b, self.buf = self.buf[:n], self.buf[n:]
            return b
        out = bytearray(n)
        out[:have], self.buf, view = self.buf, b"", memoryview(out)
        while have < n:
            k = self.sock.recv_into(view[have:])
            if not k:
                raise EOFError
            have += k
        return out


class Target:
    def __init__(self, name, base, stow=None, qido=None, wado=None, pids=(), headers=()):
        self.name, self.stow, self.qido, self.wado = name, stow or base, qido or base, wado or base
        self.pids, self.headers, self.salt = list(pids), headers, "%s-%x" % (name, time.time_ns())

    @classmethod
    def parse(cls, text, headers):
        name, _, rest = text.partition("=")
        base, *opts = rest.split(",")
        kw = dict(o.split("=", 1) for o in opts)
        pids = [int(p) for p in kw.pop("pid", "").split("+") if p]
        return cls(name, base, pids=pids, headers=headers, **kw)

    def cpu(self):
        """CPU seconds of the given server pids and all their descendants (Linux)."""
        if not self.pids:
            return None
        kids, total, tck = {}, 0, os.sysconf("SC_CLK_TCK")
        stat = {}
        for p in os.listdir("/proc"):
            if p.isdigit():
                try:
                    f = open("/proc/%s/stat" % p).read().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                stat[int(p)] = sum(map(int, f[11:15]))
                kids.setdefault(int(f[1]), []).append(int(p))
        todo = list(self.pids)
        while todo:
            p = todo.pop()
            total += stat.get(p, 0)
            todo += kids.get(p, [])
        return total / tck


# --------------------------------------------------------------- measuring ---
def pct(v, p):
    v = sorted(v)
    return v[min(len(v) - 1, int(p * len(v)))] if v else None


def drive(target, url, jobs, conc, check, seconds=None):
    """jobs: list of (method, path, accept, body, ctype, extra). Returns one round's figures."""
    counter, lat, errs, nbytes, lock = itertools.count(), [], [], [0, 0], threading.Lock()
    done = []
    start = threading.Barrier(conc + 1)
    stop_at = [None]

    def work():
        c, mylat, mydone = Conn(url, target.headers), [], []
        try:
            c.open()
        except OSError as ex:
            errs.append(repr(ex))
        start.wait()
        while True:
            k = next(counter)
            if seconds is None and k >= len(jobs):
                break
            if seconds is not None and time.perf_counter() >= stop_at[0]:
                break
            m, path, accept, body, ctype, extra = jobs[k % len(jobs)]
            t = time.perf_counter()
            try:
                status, h, out = c.request(m, path, accept, body, ctype)
            except Exception as ex:
                errs.append("%s %s" % (path[:80], repr(ex)))
                c.close()
                continue
            mylat.append(time.perf_counter() - t)
            with lock:
                nbytes[0] += len(body or b"")
                nbytes[1] += len(out)
            keep = out if len(mydone) < 3 or m == "POST" else None       # body checks: first answers and all STOWs
            mydone.append((status, h, keep, len(out), extra, path))
        c.close()
        with lock:
            lat.extend(mylat)
            done.extend(mydone)

    th = [threading.Thread(target=work) for _ in range(conc)]
    for t in th:
        t.start()
    time.sleep(0.02)
    c0, p0 = target.cpu(), time.process_time()
    stop_at[0] = time.perf_counter() + (seconds or 0)
    t0 = time.perf_counter()
    start.wait()
    for t in th:
        t.join()
    wall = time.perf_counter() - t0
    p1, c1 = time.process_time(), target.cpu()
    for status, h, out, n, extra, path in done:
        msg = check(status, h, out, n, extra)
        if msg:
            errs.append("%s: %s" % (path[:100], msg))
    n = len(lat)
    return {"requests": n, "wall_s": wall, "req_s": n / wall, "p50_ms": 1e3 * (pct(lat, .5) or 0), "p95_ms": 1e3 * (pct(lat, .95) or 0),
            "mb_up_s": nbytes[0] / wall / 1e6, "mb_down_s": nbytes[1] / wall / 1e6, "errors": len(errs), "error_sample": errs[:2],
            "client_cpu": (p1 - p0) / wall, "server_cpu_s": None if c0 is None else c1 - c0}


def check_stow(status, h, out, n, extra):
    if status not in (200, 202):
        return "HTTP %d %s" % (status, bytes(out[:200]))
    try:
        failed = json.loads(out).get("00081198", {}).get("Value") or []
    except ValueError:
        failed = []                                                      # XML answer: counts below still hold
    if failed:
        return "%d in FailedSOPSequence" % len(failed)
    k = bytes(out).count(b"00081155")
    return None if k >= extra else "only %d of %d referenced" % (k, extra)


def check_json(status, h, out, n, expect):
    if status == 204 and expect in (0, None):
        return None
    if status != 200:
        return "HTTP %d %s" % (status, bytes(out[:160]) if out else "")
    if out is not None and expect is not None:
        try:
            got = len(json.loads(out))
        except ValueError as ex:
            return "bad JSON %s" % ex
        lo, hi = expect if isinstance(expect, tuple) else (expect, expect)
        if not lo <= got <= hi:
            return "expected %s results, got %d" % (expect, got)


def check_parts(status, h, out, n, extra):
    parts, size = extra
    if status not in (200, 206):
        return "HTTP %d %s" % (status, bytes(out[:160]) if out else "")
    if n < parts * size:
        return "short body %d < %d" % (n, parts * size)
    if out is not None and "boundary=" in h.get("content-type", ""):
        b = h["content-type"].split("boundary=")[1].split(";")[0].strip('"').encode()
        k = bytes(out).count(b"--" + b) - 1
        if k != parts:
            return "expected %d parts, got %d" % (parts, k)


def check_image(status, h, out, n, extra):
    if status != 200:
        return "HTTP %d %s" % (status, bytes(out[:160]) if out else "")
    if out is not None and b"\xff\xd8\xff" not in out[:512]:
        return "not a JPEG: %s" % h.get("content-type")


BOUNDARY = "dwbench-7f3a91c2e5"


def stow_body(files):
    sep = ("--%s\r\nContent-Type: application/dicom\r\n\r\n" % BOUNDARY).encode()
    return b"".join(x for f in files for x in (sep, f, b"\r\n")) + ("--%s--\r\n" % BOUNDARY).encode()


STOW_CT = 'multipart/related; type="application/dicom"; boundary=' + BOUNDARY
J = "application/dicom+json"


def stow_job(files):
    return ("POST", "/studies", J, stow_body(files), STOW_CT, len(files))


def gen_instances(seed, run, first_study, total, size, per_series, series_per_study=1):
    per_study = per_series * series_per_study
    out, n = [], first_study
    while len(out) < total:
        st = Study(seed, run, n)
        for se in range(1, series_per_study + 1):
            mk = template(st, se, size)
            out += [mk(i) for i in range(min(per_series, total - len(out)))]
        n += 1
    return out


class Bench:
    def __init__(self, targets, a):
        self.t, self.a, self.rows, self.n = targets, a, [], 0

    def measure(self, name, make, conc, check, which, rounds=None, seconds=None, unit="req", scale=1, note=""):
        """make(target, round) -> jobs. Interleaves the targets inside every round."""
        per = {t.name: [] for t in self.t}
        for r in range(rounds or self.a.rounds):
            for t in (self.t if r % 2 == 0 or not self.a.abba else self.t[::-1]):
                per[t.name].append(drive(t, getattr(t, which), make(t, r), conc, check, seconds))
        row = {"test": name, "conc": conc, "unit": unit, "note": note, "targets": {}}
        for t in self.t:
            rs = per[t.name]
            med = lambda k: statistics.median(x[k] for x in rs)
            # a round's rate counts only valid answers
            rate = statistics.median((x["requests"] - min(x["errors"], x["requests"])) / x["wall_s"] for x in rs) * scale
            cpu = [x["server_cpu_s"] for x in rs]
            req = sum(x["requests"] for x in rs) or 1
            row["targets"][t.name] = {"rate": rate, "p50_ms": med("p50_ms"), "p95_ms": med("p95_ms"), "mb_s": max(med("mb_up_s"), med("mb_down_s")),
                                      "errors": sum(x["errors"] for x in rs), "error_sample": rs[0]["error_sample"] or rs[-1]["error_sample"],
                                      "client_cpu": med("client_cpu"), "rounds": rs,
                                      "server_cpu_ms_per_unit": None if cpu[0] is None else 1e3 * sum(cpu) / (req * scale)}
        self.rows.append(row)
        self.show(row)
        return row

    def show(self, row):
        if not self.n:
            print("%-46s %3s %-10s %10s %9s %9s %8s %7s %6s %5s%s" % ("test", "C", "target", "rate/s", "p50 ms", "p95 ms", "MB/s", "srvCPU", "cliCPU", "err", "   vs first: rate, p50" if len(self.t) > 1 else ""))
        self.n += 1
        first = row["targets"][self.t[0].name]
        for t in self.t:
            x = row["targets"][t.name]
            ratio = ""
            if len(self.t) > 1 and t is not self.t[0]:
                ratio = "   x%.2f rate, x%.2f p50" % (x["rate"] / first["rate"] if first["rate"] else 0, x["p50_ms"] / first["p50_ms"] if first["p50_ms"] else 0)
            spread = [r["req_s"] for r in x["rounds"]]
            print("%-46s %3d %-10s %8.1f %s %9.2f %9.2f %8.1f %7s %5.0f%% %5d%s%s" % (
                row["test"][:46], row["conc"], t.name, x["rate"], row["unit"][:1], x["p50_ms"], x["p95_ms"], x["mb_s"],
                "-" if x["server_cpu_ms_per_unit"] is None else "%.2f" % x["server_cpu_ms_per_unit"], 100 * x["client_cpu"], x["errors"],
                ratio, "  spread %.0f%%" % (100 * (max(spread) - min(spread)) / max(spread)) if len(spread) > 1 and max(spread) else ""), flush=True)
            if x["errors"]:
                print("      ! %s" % x["error_sample"][:1], flush=True)

    # --- suites
    def stow(self):
        a, num = self.a, itertools.count(1)
        for kind in a.kinds.split(","):
            for spec in a.stow_points.split(","):
                batch, conc = map(int, spec.split("x"))
                total = max(batch * conc, a.stow_instances)
                total -= total % batch

                def make(t, r):
                    # distinct instances per target, round and point; bodies are built before the clock starts
                    files = gen_instances(a.seed, (t.salt, next(num)), 0, total, SIZES[kind], 200)
                    return [stow_job(files[k:k + batch]) for k in range(0, total, batch)]
                self.measure("STOW %s %d/request" % (kind, batch), make, conc, check_stow, "stow", unit="inst", scale=batch)

    def load(self, t, label, studies, per_series, series, kind, batch=50, conc=4):
        jobs = []
        for s in studies:
            for se in range(1, series + 1):
                mk = template(s, se, SIZES[kind])
                fs = [mk(i) for i in range(per_series)]
                jobs += [stow_job(fs[k:k + batch]) for k in range(0, per_series, batch)]
        r = drive(t, t.stow, jobs, conc, check_stow)
        if r["errors"]:                                                  # refused instances: report, then send once more, one connection
            print("LOAD %s into %s: %d of %d requests not fully stored at C=%d (%s); sending again at C=1" % (label, t.name, r["errors"], len(jobs), conc, r["error_sample"][:1]), flush=True)
            again = drive(t, t.stow, jobs, 1, check_stow)
            r["wall_s"] += again["wall_s"]
            if again["errors"]:
                sys.exit("loading %s into %s failed: %s" % (label, t.name, again["error_sample"]))
        return r

    def qido(self, pool=None, label="", secs=None):
        a = self.a
        if pool is None:
            pool = {}
            for t in self.t:
                pool[t.name] = [Study(a.seed, ("q", t.salt), n) for n in range(a.qido_studies)]
                r = self.load(t, "qido", pool[t.name], 5, 2, "tiny", batch=5)
            time.sleep(a.settle)
        q, secs = quote, secs or a.seconds
        S = lambda t, k: pool[t.name][k * 7919 % len(pool[t.name])]
        tests = [
            ("studies?PatientID", lambda s, k: ("/studies?PatientID=%s" % s.pid, 1)),
            ("studies?PatientName=X*&limit=50", lambda s, k: ("/studies?PatientName=%s*&limit=50" % q(s.name.split("^")[0]), (1, 50))),
            ("studies?StudyDate=week&limit=50", lambda s, k: ("/studies?StudyDate=%s-%s&limit=50" % (s.date, min(int(s.date) + 6, int(s.date[:6] + "31"))), (1, 50))),
            ("studies?ModalitiesInStudy=CT&limit=50", lambda s, k: ("/studies?ModalitiesInStudy=CT&limit=50", (1, 50))),
            ("studies?Modality+StudyDate+Name*", lambda s, k: ("/studies?ModalitiesInStudy=CT&StudyDate=%s-&PatientName=%s*&limit=50" % (s.date, s.name[:3]), (1, 50))),
            ("studies?limit=50&offset=k", lambda s, k: ("/studies?limit=50&offset=%d" % (k * 37 % max(1, len(pool[self.t[0].name]) - 50)), (1, 50))),
            ("studies?limit=50&includefield=all", lambda s, k: ("/studies?limit=50&offset=%d&includefield=all" % (k * 37 % max(1, len(pool[self.t[0].name]) - 50)), (1, 50))),
            ("studies/{}/series", lambda s, k: ("/studies/%s/series" % s.uid, 2)),
            ("series/{}/instances", lambda s, k: ("/studies/%s/series/%s/instances" % (s.uid, s.series_uid(1)), (5, 10))),
            ("series/{}/instances?includefield=all", lambda s, k: ("/studies/%s/series/%s/instances?includefield=all" % (s.uid, s.series_uid(1)), (5, 10))),
        ]
        for name, f in tests:
            for c in map(int, a.qido_conc.split(",")):
                def make(t, r):
                    js = []
                    for k in range(r * 1000, r * 1000 + 400):
                        path, expect = f(S(t, k), k)
                        js.append(("GET", path, J, None, None, expect))
                    return js
                self.measure("QIDO%s %s" % (label, name), make, c, check_json, "qido", seconds=secs)

    def wado(self):
        a, M = self.a, 1000
        ct = {t.name: Study(a.seed, ("w", t.salt), 1) for t in self.t}
        big = {t.name: Study(a.seed, ("w", t.salt), 2) for t in self.t}
        for t in self.t:
            self.load(t, "ct", [ct[t.name]], 200, 1, "ct")
            self.load(t, "1000", [big[t.name]], M, 1, "tiny")
        se = lambda s: "/studies/%s/series/%s" % (s.uid, s.series_uid(1))
        g = lambda path, accept, extra: ("GET", path, accept, None, None, extra)
        m = lambda *x, **k: self.measure(*x, which="wado", **k)
        m("WADO series metadata 200, FIRST read", lambda t, r: [g(se(ct[t.name]) + "/metadata", J, 200)], 1, check_json, rounds=1)
        m("WADO series metadata 1000, FIRST read", lambda t, r: [g(se(big[t.name]) + "/metadata", J, M)], 1, check_json, rounds=1)
        time.sleep(a.settle)
        for c in (1, 4):
            m("WADO series metadata 200, warm", lambda t, r: [g(se(ct[t.name]) + "/metadata", J, 200)], c, check_json, seconds=a.seconds)
        m("WADO study metadata 200, warm", lambda t, r: [g("/studies/%s/metadata" % ct[t.name].uid, J, 200)], 1, check_json, seconds=a.seconds)
        m("WADO series metadata 1000, warm", lambda t, r: [g(se(big[t.name]) + "/metadata", J, M)], 1, check_json, seconds=a.seconds)
        m("QIDO instances of 1000-series", lambda t, r: [g(se(big[t.name]) + "/instances", J, None)], 1, check_json, seconds=a.seconds)
        inst = lambda t, k: "%s/instances/%s" % (se(ct[t.name]), ct[t.name].sop_uid(1, k))
        for c in (1, 8):
            m("WADO frame octet-stream 512x512x16", lambda t, r: [g(inst(t, k) + "/frames/1", 'multipart/related; type="application/octet-stream"', (1, 524288)) for k in range(200)],
              c, check_parts, seconds=a.seconds)
        m("WADO instance application/dicom", lambda t, r: [g(inst(t, k), 'multipart/related; type="application/dicom"; transfer-syntax=*', (1, 524288)) for k in range(200)], 1, check_parts, seconds=a.seconds)
        m("WADO series retrieve 200 x 0.5 MB", lambda t, r: [g(se(ct[t.name]), 'multipart/related; type="application/dicom"; transfer-syntax=*', (200, 524288))], 1, check_parts)
        for c in (1, 4):
            m("WADO rendered JPEG frame", lambda t, r: [g(inst(t, k) + "/frames/1/rendered", "image/jpeg", None) for k in range(200)], c, check_image, seconds=a.seconds)
        m("WADO thumbnail (instance)", lambda t, r: [g(inst(t, k) + "/thumbnail", "image/jpeg", None) for k in range(200)], 1, check_image, seconds=a.seconds)
        m("WADO rendered, same image again", lambda t, r: [g(inst(t, 7) + "/frames/1/rendered", "image/jpeg", None)], 1, check_image, seconds=a.seconds)

    def scale(self):
        a, have, pool = self.a, 0, {t.name: [] for t in self.t}
        per = a.scale_per_study
        for step in map(int, a.scale_steps.split(",")):
            lo, hi = have // per, step // per
            sums = {t.name: [0, 0.0, None, []] for t in self.t}
            chunk = max(1, a.scale_chunk // per)
            for s0 in range(lo, hi, chunk):
                for t in self.t:                                          # interleave in chunks
                    studies = [Study(a.seed, ("s", t.salt), n) for n in range(s0, min(hi, s0 + chunk))]
                    pool[t.name] += studies
                    r = self.load(t, "scale", studies, per // 2, 2, "tiny", batch=per // 2, conc=4)
                    x = sums[t.name]
                    x[0] += r["requests"] * (per // 2)
                    x[1] += r["wall_s"]
                    x[2] = None if r["server_cpu_s"] is None else (x[2] or 0) + r["server_cpu_s"]
                    x[3].append((round(r["requests"] * (per // 2) / r["wall_s"], 1), r["server_cpu_s"] and round(1e3 * r["server_cpu_s"] / (r["requests"] * (per // 2)), 3)))
            for t in self.t:
                x = sums[t.name]
                print("SCALE %8d instances: %-10s ingest %8.1f inst/s; first and last chunk (inst/s, server CPU ms/inst): %s %s" % (step, t.name, x[0] / x[1], x[3][0], x[3][-1]), flush=True)
            self.rows.append({"test": "scale ingest to %d" % step, "targets": {n: {"rate": x[0] / x[1], "chunks": x[3]} for n, x in sums.items()}})
            have = step
            time.sleep(a.settle)
            self.qido(pool, "@%dk" % (step // 1000))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--target", action="append", default=[], metavar="NAME=URL[,stow=U][,qido=U][,wado=U][,pid=P+P]", help="repeat to compare; pid: also report server CPU")
    p.add_argument("--base-url"), p.add_argument("--stow-url"), p.add_argument("--qido-url"), p.add_argument("--wado-url")
    p.add_argument("--header", action="append", default=[], help="e.g. 'Authorization: Bearer x' (sent to every target)")
    p.add_argument("--compare", action="store_true", help="require two or more targets, interleaved A B A B, ratios against the first")
    p.add_argument("--abba", action="store_true", help="alternate the order (A B B A)")
    p.add_argument("--suite", default="stow,qido,wado", help="stow,qido,wado,scale")
    p.add_argument("--seed", default="1"), p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=2, help="length of one read measurement")
    p.add_argument("--settle", type=float, default=5, help="wait after loading, e.g. for background work")
    p.add_argument("--kinds", default="ct,tiny")
    p.add_argument("--stow-points", default="1x1,1x8,10x4,50x4,200x2", help="instances per request x connections")
    p.add_argument("--stow-instances", type=int, default=200, help="instances per round (at least)")
    p.add_argument("--qido-studies", type=int, default=300), p.add_argument("--qido-conc", default="1,4")
    p.add_argument("--scale-steps", default="10000,50000,200000"), p.add_argument("--scale-per-study", type=int, default=20), p.add_argument("--scale-chunk", type=int, default=5000)
    p.add_argument("--json", default="dicomweb_bench.json")
    p.add_argument("--gen", metavar="DIR", help="only write --gen-count files of --kinds to DIR"), p.add_argument("--gen-count", type=int, default=200)
    a = p.parse_args()
    if a.gen:
        os.makedirs(a.gen, exist_ok=True)
        for kind in a.kinds.split(","):
            for n, b in enumerate(gen_instances(a.seed, "gen", 0, a.gen_count, SIZES[kind], 200)):
                open(os.path.join(a.gen, "%s%06d.dcm" % (kind, n)), "wb").write(b)
        return
    targets = [Target.parse(t, a.header) for t in a.target]
    if a.base_url or a.stow_url:
        targets.append(Target("target", a.base_url or a.stow_url, a.stow_url, a.qido_url, a.wado_url, headers=a.header))
    if not targets or (a.compare and len(targets) < 2):
        p.error("give --base-url or --target (two or more with --compare)")
    b = Bench(targets, a)
    try:
        for s in a.suite.split(","):
            getattr(b, s)()
    finally:
        json.dump({"args": vars(a), "started": time.strftime("%FT%TZ", time.gmtime()), "cpus": os.cpu_count(), "load": os.getloadavg(), "rows": b.rows}, open(a.json, "w"), indent=1)
        print("wrote", a.json)


if __name__ == "__main__":
    main()
