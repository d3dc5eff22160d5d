import AWSWire
import NIOCore
import NodeLink
import NodeNet

/// One session of ExecuteCommand on its agent: carries bytes between the region, which has the client, and a command in
/// a container. It sends what it has credit for and gives credit for what the command took, so it keeps next to
/// nothing.
actor ExecRelay {
    /// Bytes that the region may send before the command has taken some.
    static let inputCredit = 64 << 10
    /// How often both ends tell each other that they are there, and after how many times without a word the region is
    /// gone.
    private static let heartbeat: Duration = .seconds(15)
    private static let maximumSilence = 4
    /// The largest piece of output in one message.
    private static let maximumPiece = 16 << 10

    /// Finds what an order means.
    typealias Target = (container: String, command: EngineCommand)

    private enum Input: Sendable {
        case bytes([UInt8])
        case end
    }

    private let socket: WebSocket
    private let engine: any ContainerEngine
    private let find: @Sendable (ExecOrder) async -> Result<Target, EngineFailure>
    private let loop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    private let input: AsyncStream<Input>
    private let inputSink: AsyncStream<Input>.Continuation
    private var process: (any EngineProcess)?
    private var size: TerminalSize?
    private var hasBegun = false
    private var hasEnded = false
    /// Whether the region does not want any more.
    private var isOver = false
    private var credit = 0
    private var waiting: CheckedContinuation<Void, Never>?
    private var untakenInput = 0
    private var silence = 0

    init(
        _ socket: WebSocket, _ engine: any ContainerEngine, loop: any EventLoop,
        find: @escaping @Sendable (ExecOrder) async -> Result<Target, EngineFailure>
    ) {
        self.socket = socket
        self.engine = engine
        self.find = find
        self.loop = loop
        executor = loop.executor
        (input, inputSink) = AsyncStream<Input>.makeStream()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Works until the region hangs up; the command does not outlive that.
    func run() async {
        await withDiscardingTaskGroup { group in
            let pulse = loop.scheduleRepeatedTask(
                initialDelay: TimeAmount(ExecRelay.heartbeat), delay: TimeAmount(ExecRelay.heartbeat)
            ) { _ in self.assumeIsolated { $0.beat() } }
            defer { pulse.cancel() }
            for await event in socket.events {
                silence = 0
                guard case .text(let bytes) = event, let frame = ExecFrame(bytes) else { break }
                if case .start(let order) = frame, !hasBegun {
                    hasBegun = true
                    group.addTask { await self.serve(order) }
                } else {
                    await take(frame)
                }
            }
            socket.cut()
            await stop()
        }
    }

    private func beat() {
        silence += 1
        guard silence <= ExecRelay.maximumSilence else { return socket.cut() }
        if !hasEnded { socket.send(binary: ExecFrame.grantInput(0).bytes) }
    }

    private func take(_ frame: ExecFrame) async {
        switch frame {
        case .input(let bytes):
            untakenInput += bytes.count
            // The region may not send more than it was granted.
            guard untakenInput <= 2 * ExecRelay.inputCredit else { return socket.cut() }
            inputSink.yield(.bytes(bytes))
        case .endInput: inputSink.yield(.end)
        case .resize(let size):
            self.size = size
            await process?.resize(size)
        case .grantOutput(let count):
            credit += count
            goOn()
        default: return
        }
    }

    private func serve(_ order: ExecOrder) async {
        credit = order.outputCredit
        do throws(EngineFailure) {
            let target = try await find(order).get()
            let begun = try await engine.execute(target.command, in: target.container)
            process = begun
            guard !isOver else { return await stop() }
            // It may have changed while the command began.
            if let size, size != target.command.size { await begun.resize(size) }
            socket.send(binary: ExecFrame.grantInput(ExecRelay.inputCredit).bytes)
            await withDiscardingTaskGroup { group in
                group.addTask { await self.feed(begun) }
                await self.pump(begun)
                self.inputSink.finish()
            }
            end(ExecEnd(exitCode: await begun.exitCode()))
        } catch {
            end(ExecEnd(reason: "The command could not be run: \(error.message)."))
        }
    }

    private func end(_ end: ExecEnd) {
        hasEnded = true
        guard !isOver else { return }
        socket.send(binary: ExecFrame.ended(end).bytes)
        socket.close(code: 1_000, reason: "")
    }

    private func feed(_ process: any EngineProcess) async {
        for await item in input {
            switch item {
            case .bytes(let bytes):
                await process.write(bytes)
                untakenInput -= bytes.count
                socket.send(binary: ExecFrame.grantInput(bytes.count).bytes)
            case .end: await process.endInput()
            }
        }
    }

    private func pump(_ process: any EngineProcess) async {
        while let pieces = await process.read() {
            for piece in pieces { await send(piece) }
        }
    }

    private func send(_ output: EngineOutput) async {
        var rest = output.bytes[...]
        while !rest.isEmpty {
            if credit <= 0, !isOver { await withCheckedContinuation { waiting = $0 } }
            guard !isOver else { return }
            let piece = Array(rest.prefix(min(ExecRelay.maximumPiece, max(credit, 1))))
            rest = rest.dropFirst(piece.count)
            credit -= piece.count
            socket.send(binary: (output.isError ? ExecFrame.errorOutput(piece) : .output(piece)).bytes)
        }
    }

    private func goOn() {
        waiting?.resume()
        waiting = nil
    }

    /// The session is over for the region: so it is for the command. Its end is no part of this task, which may have
    /// been cancelled because the agent ends.
    private func stop() async {
        isOver = true
        goOn()
        inputSink.finish()
        guard let process, !hasEnded else { return }
        hasEnded = true
        await Task { await process.stop() }.value
    }
}
