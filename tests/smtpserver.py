"""A mail server that keeps the letters it is given: as much of SMTP as smtplib speaks."""

import socketserver
import threading
from email import message_from_bytes, policy


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 essai\r\n")
        for line in self.rfile:
            command = line.split()[0].upper()
            if command == b"DATA":
                self.wfile.write(b"354 dites\r\n")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(message_from_bytes(letter, policy=policy.default))
            if command == b"RCPT" and self.server.is_full:
                self.wfile.write(b"452 plus de place\r\n")
            elif command == b"QUIT":
                self.wfile.write(b"221 au revoir\r\n")
                return
            else:
                self.wfile.write(b"250 bien\r\n")


class SmtpServer(socketserver.ThreadingTCPServer):
    """On a port of its own; `letters` is what it was given."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.letters = []
        self.is_full = False  # it refuses every letter
        self.address = f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()
