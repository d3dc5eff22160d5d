import AWSWire
import NodeLink
import Testing

/// The machines of a session: both ends, and what lies between.
@Suite("Data channel") struct DataChannelTests {
    private static func text(_ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: 5)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test("hands are shaken, the size comes before the command begins, and both ends hear of its end")
    func quiet() throws {
        var channel = ChannelWorld()
        let size = try #require(TerminalSize(columns: 80, rows: 24))
        channel.tell(client: .resized(size))
        channel.begin()
        #expect(channel.hostActions.contains(.begin(size)))
        channel.tell(host: .output(Array("hello".utf8), isError: false))
        channel.tell(client: .typed(Array("exit\r".utf8)))
        channel.run(.seconds(1))
        #expect(channel.output == Array("hello".utf8))
        #expect(channel.input == Array("exit\r".utf8))
        channel.tell(host: .ended(ExecEnd(exitCode: 3)))
        channel.run(.seconds(1))
        #expect(channel.hostEnd == ExecEnd(exitCode: 3))
        #expect(channel.clientEnd == ExecEnd(exitCode: 3))
    }

    @Test("without word of a size the command begins soon; a later size is passed on")
    func noSize() throws {
        var channel = ChannelWorld()
        channel.attach()
        channel.run(.milliseconds(200))
        #expect(!channel.hasBegun)
        channel.run(.milliseconds(300))
        #expect(channel.hostActions.contains(.begin(nil)))
        let size = try #require(TerminalSize(columns: 3, rows: 4))
        channel.tell(client: .resized(size))
        channel.run(.seconds(1))
        #expect(channel.hostActions.contains(.resize(size)))
    }

    @Test(
        "everything arrives once and in order, whatever the link does",
        arguments: [
            ChannelWorld.Weather(lost: 20), ChannelWorld.Weather(doubled: 50), ChannelWorld.Weather(late: 50),
            ChannelWorld.Weather(lost: 10, doubled: 10, late: 20),
        ], 1...3 as ClosedRange<UInt64>)
    func weather(_ weather: ChannelWorld.Weather, seed: UInt64) {
        var channel = ChannelWorld(weather, hasTerminal: false, seed: seed)
        channel.begin()
        let (output, input) = (DataChannelTests.text(40_000), DataChannelTests.text(20_000))
        channel.tell(host: .output(output, isError: false))
        channel.tell(client: .typed(input))
        channel.tell(client: .typedEnd)
        channel.run(.seconds(120)) { $0.output.count < output.count || !$0.hostActions.contains(.endInput) }
        #expect(channel.output == output)
        #expect(channel.input == input)
        channel.tell(host: .ended(ExecEnd(exitCode: 0)))
        channel.run(.seconds(60), step: 500) { $0.hostEnd == nil }
        #expect(channel.hostEnd == ExecEnd(exitCode: 0))
    }

    @Test("a client that comes back goes on where it was")
    func returns() {
        var channel = ChannelWorld(hasTerminal: false)
        channel.begin()
        let output = DataChannelTests.text(100_000)
        channel.tell(host: .output(Array(output[..<50_000]), isError: false))
        channel.run(.milliseconds(20))
        channel.cut()
        channel.tell(client: .typed([1, 2, 3]))
        channel.tell(host: .output(Array(output[50_000...]), isError: false))
        channel.run(.seconds(100), step: 500)
        #expect(channel.hostEnd == nil)
        channel.attach()
        channel.run(.seconds(5))
        #expect(channel.output == output)
        #expect(channel.input == [1, 2, 3])
    }

    @Test("a client that stays away, or takes nothing, ends the session after five minutes", arguments: [true, false])
    func absence(isCut: Bool) {
        var channel = ChannelWorld()
        channel.begin()
        if isCut { channel.cut() } else { channel.isLinked = false }
        channel.tell(host: .output([1], isError: false))
        channel.run(.seconds(299), step: 500)
        #expect(channel.hostEnd == nil)
        channel.run(.seconds(3))
        #expect(channel.hostEnd?.reason == "The client was away for too long.")
    }

    @Test("a session in which nothing happens ends after twenty minutes, one in which something happens does not")
    func idle() {
        var channel = ChannelWorld()
        channel.begin()
        channel.run(.seconds(600), step: 500)
        channel.tell(client: .typed([1]))
        channel.run(.seconds(1_195), step: 500)
        #expect(channel.hostEnd == nil)
        channel.run(.seconds(10))
        #expect(channel.hostEnd?.reason == "The session was idle for too long.")
        #expect(channel.clientEnd?.reason == "The session was idle for too long.")
    }

    @Test("the end of a command waits for what it wrote, and is kept while the client is away")
    func endWhileAway() {
        var channel = ChannelWorld()
        channel.begin()
        channel.cut()
        let output = DataChannelTests.text(200_000)
        channel.tell(host: .output(output, isError: false))
        channel.tell(host: .ended(ExecEnd(exitCode: 9)))
        channel.run(.seconds(60), step: 500)
        #expect(channel.hostEnd == nil)
        channel.attach()
        channel.run(.seconds(10))
        #expect(channel.output == output)
        #expect(channel.clientEnd == ExecEnd(exitCode: 9))
    }

    @Test("a client that acknowledges nothing is sent no more than the window, and the agent is granted nothing")
    func outputWindow() {
        var channel = ChannelWorld(hasTerminal: false)
        channel.begin()
        channel.isLinked = false
        let before = channel.hostActions.count
        while channel.credit > 0 {
            channel.tell(host: .output(Array(repeating: 1, count: 16 << 10), isError: false))
            channel.credit -= 16 << 10
        }
        let sent = channel.hostActions[before...].count { if case .send = $0 { true } else { false } }
        #expect(sent <= 256)
        channel.run(.seconds(10))
        #expect(channel.credit <= 256 << 10)
        channel.isLinked = true
        channel.run(.seconds(10))
        #expect(channel.credit >= DataChannelHost.outputCredit - (32 << 10))
    }

    @Test("an agent that sends much more than it may ends the session")
    func greedyAgent() {
        var channel = ChannelWorld()
        channel.begin()
        channel.isLinked = false
        for _ in 0..<40 { channel.tell(host: .output(Array(repeating: 1, count: 64 << 10), isError: false)) }
        #expect(channel.hostEnd?.reason == "The container agent sends more than it may.")
    }

    @Test("a command that reads nothing holds its client back, and nothing of what was typed is lost")
    func inputWindow() {
        var channel = ChannelWorld(hasTerminal: false)
        channel.begin()
        channel.grantsInput = false
        let input = DataChannelTests.text(300_000)
        var rest = input[...]
        func type(_ channel: inout ChannelWorld) {
            while channel.client.hasRoom, !rest.isEmpty {
                channel.tell(client: .typed(Array(rest.prefix(16 << 10))))
                rest = rest.dropFirst(16 << 10)
            }
        }
        for _ in 0..<50 {
            type(&channel)
            channel.run(.milliseconds(100))
        }
        #expect(rest.count > 100_000)
        #expect(channel.input.count <= (64 << 10) + 1_024)
        channel.grantsInput = true
        channel.tell(host: .inputGranted(64 << 10))
        for _ in 0..<200 where channel.input.count < input.count {
            type(&channel)
            channel.run(.milliseconds(100))
        }
        #expect(channel.input == input)
    }

    @Test("bytes that are no message cut the connection, and the session waits for its client")
    func malformed() {
        var channel = ChannelWorld()
        channel.begin()
        channel.tell(host: .received([1, 2, 3]))
        #expect(channel.hostActions.last == .cut("The message is malformed: tooShort."))
        #expect(channel.hostEnd == nil)
        channel.cut()
        channel.attach()
        channel.tell(client: .typed([7]))
        channel.run(.seconds(1))
        #expect(channel.input == [7])
    }

    @Test("a client that cannot do what is asked is told so, and one that never answers is not waited for")
    func handshake() {
        for answer in [#"{"ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":3}]}"#, "{}", "x"] {
            var channel = ChannelWorld()
            channel.tell(host: .attached)
            var random = SeededRandom(seed: 3)
            let frame = DataChannelFrame(
                .input, .handshakeResponse, Array(answer.utf8), id: MessageID(&random), created: channel.now)
            channel.tell(host: .received(frame.bytes))
            #expect(channel.hostEnd?.reason == "The client cannot do what a session needs.")
        }
        var silent = ChannelWorld()
        silent.isLinked = false
        silent.tell(host: .attached)
        silent.run(.seconds(61), step: 500)
        #expect(silent.hostEnd?.reason == "The client did not answer in time.")
    }

    @Test("the flag that ends a session does so also when the command reads nothing")
    func flag() {
        var channel = ChannelWorld()
        channel.begin()
        var random = SeededRandom(seed: 3)
        let frame = DataChannelFrame(
            .input, .flag, [0, 0, 0, 2], sequence: 77, id: MessageID(&random), created: channel.now)
        channel.tell(host: .received(frame.bytes))
        #expect(channel.hostEnd == ExecEnd())
    }

    @Test("the stock client is never sent an exit code, which it would print")
    func stockClient() {
        var channel = ChannelWorld(takesExitCode: false)
        channel.begin()
        channel.tell(host: .ended(ExecEnd(exitCode: 3)))
        channel.run(.seconds(1))
        #expect(channel.clientEnd == ExecEnd())
        for case .send(let bytes) in channel.hostActions {
            #expect((try? DataChannelFrame(bytes))?.payloadType != .exitCode)
        }
    }

    @Test("numbers from nowhere are neither kept nor acknowledged")
    func strangeNumbers() {
        var receiver = StreamReceiver(capacity: 4)
        var random = SeededRandom(seed: 3)
        func frame(_ sequence: Int64) -> DataChannelFrame {
            DataChannelFrame(
                .input, .bytes, [], sequence: sequence, id: MessageID(&random), created: ChannelWorld.start)
        }
        for number: Int64 in [-1, .min, 4, .max] { #expect(receiver.receive(frame(number)) == .dropped) }
        #expect(receiver.receive(frame(3)) == .kept)
        #expect(receiver.take() == nil)
        #expect(receiver.receive(frame(0)) == .kept)
        #expect(receiver.take()?.sequence == 0)
        #expect(receiver.receive(frame(0)) == .repeated)
        var sender = StreamSender(.output, window: 2)
        for number: Int64 in [-1, 0, .max, .min] {
            let isTaken = sender.acknowledge(number, at: ChannelWorld.start)
            #expect(!isTaken)
        }
    }

    @Test("what is not acknowledged is sent again, at first after 200 ms, then less often, at least every second")
    func retransmission() {
        var sender = StreamSender(.output, window: 4)
        var random = SeededRandom(seed: 3)
        let first = sender.append(.bytes, [1], id: MessageID(&random), isConnected: true, at: ChannelWorld.start)
        #expect(first != nil)
        var times: [Int64] = []
        for time: Int64 in stride(from: 10, through: 4_000, by: 10) {
            if !sender.late(at: ChannelWorld.start.advanced(byMilliseconds: time)).isEmpty { times.append(time) }
        }
        #expect(times == [200, 600, 1_400, 2_400, 3_400])
        sender.acknowledge(0, at: ChannelWorld.start.advanced(byMilliseconds: 4_000))
        #expect(sender.isEmpty)
    }

    @Test("the time to wait follows the round trip")
    func roundTrip() {
        var sender = StreamSender(.output, window: 4)
        var random = SeededRandom(seed: 3)
        var now = ChannelWorld.start
        // A trip of 300 ms, measured often enough, leaves no doubt about it: 300 ms and a bit.
        for number: Int64 in 0..<40 {
            _ = sender.append(.bytes, [1], id: MessageID(&random), isConnected: true, at: now)
            now = now.advanced(byMilliseconds: 300)
            sender.acknowledge(number, at: now)
        }
        _ = sender.append(.bytes, [1], id: MessageID(&random), isConnected: true, at: now)
        #expect(sender.late(at: now.advanced(byMilliseconds: 299)).isEmpty)
        #expect(sender.late(at: now.advanced(byMilliseconds: 330)).count == 1)
    }
}
