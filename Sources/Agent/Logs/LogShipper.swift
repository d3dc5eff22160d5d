import AWSModels
import AWSWire
import Logging
import NIOCore
import NIOPosix
import NodeNet

/// Delivers the output of one container to CloudWatch Logs, each line once.
///
/// The engine's own files are the buffer: they survive the agent, the engine and the region. How far they have been
/// delivered is kept by the region, in the same write as the events: a batch names the position where it begins and the
/// one where it ends, and is refused when the region is somewhere else; the answer says where, and the reading goes on
/// there. So it does not matter what is killed when. A file beside the journal has the position, too: for a CloudWatch
/// Logs that keeps none, and for a region that has forgotten.
actor LogShipper {
    /// What a shipper is about.
    struct Subject: Sendable {
        /// The engine's id of the container.
        var id: String
        /// The engine's file.
        var path: String
        var options: AWSLogsOptions
        /// Where the position is kept on this machine.
        var positionPath: String
    }

    /// A batch is sent so much later than the one before, unless there is much to send.
    private static let pace: Duration = .milliseconds(200)
    /// The longest time between two looks at a file that does not grow, and at one that has not for a minute. A look
    /// costs some 30 microseconds, and an agent may have hundreds of silent containers.
    private static let longestPause: Duration = .seconds(1)
    private static let silentPause: Duration = .seconds(3)
    private static let retryPauses: [Duration] = [
        .milliseconds(100), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
    ]

    private let subject: Subject
    private let logs: LogClient
    private let pool: NIOThreadPool
    private let logger: Logger
    private nonisolated let executor: any SerialExecutor
    private let source: LogSource
    private var position = LogPosition()
    private var isOver = false
    /// Whether all output has been delivered, and there will be no more.
    private(set) var isDone = false
    private var quietSince: ContinuousClock.Instant?
    /// The refusal that was last told of, so that it is told once.
    private var refusal = ""

    init(_ subject: Subject, _ logs: LogClient, _ pool: NIOThreadPool, _ logger: Logger, loop: any EventLoop) {
        self.subject = subject
        self.logs = logs
        self.pool = pool
        var logger = logger
        logger[metadataKey: "container"] = "\(subject.id.prefix(12))"
        logger[metadataKey: "group"] = "\(subject.options.group)"
        self.logger = logger
        executor = loop.executor
        source = LogSource(path: subject.path, eventStart: subject.options.eventStart)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The container has ended: what is left is delivered, and `run` returns.
    func end() { isOver = true }

    /// The container runs again.
    func goOn() { isOver = false }

    /// Delivers until the container has ended or the calling task is cancelled.
    func run() async {
        await restore()
        var pause = LogShipper.pace
        while !Task.isCancelled {
            // Seen before the reading, so that nothing can be written behind what was read.
            let wasOver = isOver
            do {
                let portion = try await read(isOver: wasOver)
                if portion.hasLost { logger.error("the container engine threw output away before it was delivered") }
                let isQuiet = portion.events.isEmpty
                try await deliver(portion.events)
                if portion.isAtEnd, wasOver, isOver, isQuiet { break }
                quietSince = isQuiet ? quietSince ?? .now : nil
                pause = isQuiet ? min(pause * 2, longestPause) : LogShipper.pace
                if portion.isAtEnd, !wasOver { try await Task.sleep(for: pause) }
            } catch is CancellationError {
                return
            } catch let error as LogFilesError where error.isGone && wasOver {
                // The container was removed by somebody else: nothing of it is left to read.
                break
            } catch {
                logger.error("output cannot be delivered", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
                // What was read and not delivered is read again.
                try? await seek(position)
            }
        }
        isDone = !Task.isCancelled
    }

    private var longestPause: Duration {
        let isSilent = quietSince.map { ContinuousClock.now - $0 > .seconds(60) } ?? false
        return isSilent ? LogShipper.silentPause : LogShipper.longestPause
    }

    private func read(isOver: Bool) async throws -> LogSource.Portion {
        let isPatient = quietSince.map { ContinuousClock.now - $0 < LogAssembler.patience } ?? true
        let source = source
        return try await pool.runIfActive { try source.read(isPatient: isPatient, isOver: isOver) }
    }

    /// Sends events, batch by batch. One that the region has already, or does not expect yet, makes the reading go to
    /// where the region is.
    private func deliver(_ events: [LogAssembler.Event]) async throws {
        for batch in LogBatches.make(events, from: position) {
            guard let moved = try await send(batch) else {
                position = batch.position
                await save()
                continue
            }
            logger.info("the region was somewhere else", metadata: ["position": "\(moved.text)"])
            try await seek(moved)
            return
        }
    }

    /// Sends a batch until there is an answer.
    /// - Returns: where the region is, if it is not where the batch begins.
    private func send(_ batch: LogBatches.Batch) async throws -> LogPosition? {
        var pauses = LogShipper.retryPauses[...]
        while true {
            do {
                try await logs.put(batch, subject, from: position)
                refusal = ""
                return nil
            } catch let error as WireError where error.code == "InvalidSequenceTokenException" {
                guard let expected = error.members["expectedSequenceToken"]?.stringValue.flatMap({ LogPosition($0) })
                else { throw error }
                return expected
            } catch let error as WireError where error.code == "ResourceNotFoundException" {
                // Somebody deleted the stream, or the region has forgotten it.
                try? await logs.prepare(subject.options, id: subject.id)
                try await pauseLater(&pauses, error)
            } catch {
                if error is CancellationError { throw error }
                try await pauseLater(&pauses, error)
            }
        }
    }

    private func pauseLater(_ pauses: inout ArraySlice<Duration>, _ error: any Error) async throws {
        let code = (error as? WireError).flatMap { $0.isClientFault ? $0.code : nil } ?? ""
        logger.log(
            level: code.isEmpty || code == refusal ? .debug : .warning, "events were not taken",
            metadata: ["error": "\(error)"])
        refusal = code
        let pause = pauses.popFirst() ?? LogShipper.retryPauses[LogShipper.retryPauses.count - 1]
        try await Task.sleep(for: pause)
    }

    private func seek(_ place: LogPosition) async throws {
        position = place
        let source = source
        try await pool.runIfActive { try source.seek(place) }
    }

    // MARK: The position on this machine

    private func restore() async {
        let path = subject.positionPath
        let text = try? await pool.runIfActive { LogPositionFile.read(path) }
        guard let kept = text.flatMap({ $0 }).flatMap({ LogPosition($0) }) else { return }
        try? await seek(kept)
    }

    private func save() async {
        let (path, text) = (subject.positionPath, position.text)
        try? await pool.runIfActive { try LogPositionFile.write(path, text) }
    }
}
