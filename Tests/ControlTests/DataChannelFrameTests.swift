import AWSWire
import NodeLink
import Testing

/// The bytes of data channel messages.
@Suite("Data channel frames") struct DataChannelFrameTests {
    /// A keystroke's neighbour as the stock plugin 1.2.0.0 sent it: its handshake response, up to the payload.
    private static let recordedHead =
        "00000074696e7075745f73747265616d5f6461746120202020202020202020202020202000000001"
        + "000001a206cfff5600000000000000000000000000000000a3efe3e61da755486157d3438db744f5"
        + "2004d04ad8209c74502be0483e137a249199ff8258766dfd64644ec06ddbf66a0000000600000091"
    private static let recordedPayload =
        #"{"ClientVersion":"1.2.0.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"#
        + #""ActionResult":null,"Error":""}],"Errors":null}"#

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static let recorded = bytes(recordedHead) + Array(recordedPayload.utf8)

    @Test("a recorded message of the plugin is read, and written again byte for byte")
    func recording() throws {
        let frame = try DataChannelFrame(DataChannelFrameTests.recorded)
        #expect(frame.kind == .input)
        #expect(frame.sequence == 0)
        #expect(frame.payloadType == .handshakeResponse)
        #expect(frame.id.text == "6157d343-8db7-44f5-a3ef-e3e61da75548")
        #expect(frame.created == Timestamp(milliseconds: 1_795_410_624_342))
        #expect(String(decoding: frame.payload, as: UTF8.self) == DataChannelFrameTests.recordedPayload)
        #expect(frame.bytes == DataChannelFrameTests.recorded)
    }

    @Test("types padded with zeros are read, too")
    func zeros() throws {
        var bytes = DataChannelFrameTests.recorded
        for index in 4..<36 where bytes[index] == UInt8(ascii: " ") { bytes[index] = 0 }
        #expect(try DataChannelFrame(bytes).kind == .input)
    }

    struct Broken: Sendable {
        var change: @Sendable (inout [UInt8]) -> Void
        var kind: DataChannelFrame.Malformed

        init(_ kind: DataChannelFrame.Malformed, _ change: @escaping @Sendable (inout [UInt8]) -> Void) {
            self.kind = kind
            self.change = change
        }
    }

    @Test(
        "what is no message is refused",
        arguments: [
            Broken(.tooShort) { $0 = [] }, Broken(.tooShort) { $0 = Array($0.prefix(119)) },
            Broken(.headerLength) { $0[3] = 115 }, Broken(.headerLength) { $0[0] = 0xFF },
            Broken(.version) { $0[39] = 2 }, Broken(.type) { $0[4] = UInt8(ascii: "x") },
            Broken(.type) { for index in 4..<36 { $0[index] = 0xFF } },
            Broken(.type) { for index in 4..<36 { $0[index] = 0 } },
            Broken(.payloadLength) { $0.removeLast() }, Broken(.payloadLength) { $0.append(0) },
            Broken(.tooLarge) { $0[116] = 0xFF }, Broken(.tooLarge) { $0[117] = 1 },
            Broken(.digest) { $0[80] ^= 1 }, Broken(.digest) { $0[$0.count - 1] ^= 1 },
        ])
    func malformed(broken: Broken) {
        var bytes = DataChannelFrameTests.recorded
        broken.change(&bytes)
        #expect(throws: broken.kind) { try DataChannelFrame(bytes) }
    }

    @Test("any bytes at all are read or refused, and a message with a changed byte never passes for another payload")
    func mutations() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...300, using: &random)
            _ = try? DataChannelFrame((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
            var bytes = DataChannelFrameTests.recorded
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            if let frame = try? DataChannelFrame(bytes) {
                #expect(String(decoding: frame.payload, as: UTF8.self) == DataChannelFrameTests.recordedPayload)
            }
        }
    }

    @Test("messages between the region and agents survive the way there")
    func execFrames() throws {
        let size = try #require(TerminalSize(columns: 300, rows: 2))
        let order = ExecOrder(
            taskARN: "arn", container: "app", runtimeID: nil, command: "sh -c 'é'", hasTerminal: false, size: size)
        let frames: [ExecFrame] = [
            .start(order), .input([0, 255]), .endInput, .resize(size), .grantOutput(1 << 20), .output([1]),
            .errorOutput([]), .grantInput(0), .ended(ExecEnd(exitCode: 3, reason: "x")), .ended(ExecEnd()),
        ]
        for frame in frames { #expect(ExecFrame(frame.bytes) == frame) }
    }

    @Test(
        "what is no message between them is refused",
        arguments: ["", "?", "S", "S{}", "R1", "R\0\0\0\0", "G", "G12345", "X", "Xx", "Zx"])
    func brokenExecFrames(text: String) {
        #expect(ExecFrame(Array(text.utf8)) == nil)
        #expect(ExecFrame([UInt8(ascii: "I")] + Array(repeating: 0, count: ExecFrame.maximumLength)) == nil)
    }

    struct Command: Sendable {
        var text: String
        var words: [String]?
    }

    @Test(
        "a command is split as a shell splits it, without being one",
        arguments: [
            Command(text: "", words: []), Command(text: "  ls   -l\t/ ", words: ["ls", "-l", "/"]),
            Command(text: "sh -c 'echo $A | wc'", words: ["sh", "-c", "echo $A | wc"]),
            Command(text: #"a "b \"c\" \d" e\ f"#, words: ["a", #"b "c" \d"#, "e f"]),
            Command(text: "''", words: [""]), Command(text: "a''b", words: ["ab"]),
            Command(text: "'open", words: nil), Command(text: "\"open", words: nil), Command(text: "end\\", words: nil),
        ])
    func split(command: Command) { #expect(CommandWords.split(command.text) == command.words) }

    @Test(
        "words come back as they were",
        arguments: [
            ["echo", "it's", "two  words", "$HOME", "*", "a\"b", "\\", "", "é\n"], ["plain", "-x=1", "/a/b:c,d@e+f%"],
        ])
    func join(words: [String]) { #expect(CommandWords.split(CommandWords.join(words)) == words) }
}
