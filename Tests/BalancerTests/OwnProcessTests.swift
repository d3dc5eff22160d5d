import Testing

@testable import Balancer

@Suite("Whose a process is")
struct OwnProcessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var command: String
        var executable: String?
        var isOurs: Bool
        var testDescription: String { what }
    }

    @Test(
        "a pid file's number is looked at before it is believed",
        arguments: [
            Row(
                what: "HAProxy of this directory", command: "haproxy\0-f\0/run/roost/haproxy.cfg\0",
                executable: "/usr/sbin/haproxy", isOurs: true),
            Row(
                what: "HAProxy of another directory", command: "haproxy\0-f\0/etc/haproxy.cfg\0",
                executable: "/usr/sbin/haproxy", isOurs: false),
            Row(what: "a master that replaces itself", command: "", executable: "/usr/sbin/haproxy", isOurs: true),
            Row(
                what: "the same after an update", command: "", executable: "/usr/sbin/haproxy (deleted)",
                isOurs: true),
            Row(what: "another program that does so", command: "", executable: "/usr/bin/sleep", isOurs: false),
            Row(what: "one that has ended, or the kernel's", command: "", executable: nil, isOurs: false),
        ])
    func ours(row: Row) {
        #expect(
            OwnProcess.isOurs(
                command: row.command, executable: row.executable, program: "haproxy", directory: "/run/roost")
                == row.isOurs)
    }
}
