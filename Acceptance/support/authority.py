"""A certificate authority for clients, made with OpenSSL."""

import subprocess

CONFIGURATION = """
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_crl_days = 9
policy = policy
unique_subject = no
[policy]
commonName = supplied
"""


class Authority:
    """Issues certificates and takes them back; `certificate` is its own in PEM."""

    def __init__(self, folder, name):
        self.folder = folder
        folder.mkdir()
        (folder / "ca.cnf").write_text(CONFIGURATION)
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("1000\n")
        (folder / "crlnumber").write_text("01\n")
        self.certificate = folder / "ca.pem"
        self._run("req", "-x509", *self._key("ca"), "-days", "9", "-subj", f"/CN={name}", "-out", "ca.pem")

    def issue(self, name, days=9):
        """A client's certificate NAME.pem with NAME.key. With negative days it has expired. Returns its path."""
        self._run("req", "-new", *self._key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        times = ("-startdate", "20240101000000Z", "-enddate", "20240201000000Z") if days < 0 else ("-days", str(days))
        self._run("ca", "-batch", "-notext", *self._own(), *times, "-in", f"{name}.csr", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem"

    def serial(self, client):
        text = subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", client], check=True, capture_output=True)
        return int(text.stdout.decode().strip().split("=")[1], 16)

    def revoke(self, client, has_expired=False):
        """Takes a certificate back, if it was not before. Returns the newest list in PEM."""
        subprocess.run(["openssl", "ca", *self._own(), "-revoke", client.name], cwd=self.folder, capture_output=True)
        times = ("-crl_lastupdate", "20240101000000Z", "-crl_nextupdate", "20240201000000Z") if has_expired else ()
        self._run("ca", *self._own(), "-gencrl", *times, "-out", "list.pem")
        return (self.folder / "list.pem").read_text()

    @staticmethod
    def _own():
        return "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"

    @staticmethod
    def _key(name):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"

    def _run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
