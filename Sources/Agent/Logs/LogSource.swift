import AWSWire
import Synchronization

/// A container's output as events: its files, read and put together. Blocking; one at a time.
final class LogSource: Sendable {
    /// So much is read at once: what is read is in memory until it is delivered.
    private static let portionBytes = 1 << 20

    private struct Contents: ~Copyable {
        var files: LogFiles
        var assembler: LogAssembler
        let eventStart: LinearPattern?
    }

    /// What was read.
    struct Portion: Sendable {
        var events: [LogAssembler.Event] = []
        /// Whether there is nothing more for the moment.
        var isAtEnd = false
        /// Whether the engine threw output away that was not delivered.
        var hasLost = false
    }

    private let contents: Mutex<Contents>

    init(path: String, eventStart: LinearPattern?) {
        contents = Mutex(
            Contents(
                files: LogFiles(path: path), assembler: LogAssembler(eventStart: eventStart), eventStart: eventStart))
    }

    /// Goes to a position: what was read and not delivered is read again.
    func seek(_ position: LogPosition) throws(LogFilesError) {
        let result = contents.withLock { contents -> Result<Void, LogFilesError> in
            contents.assembler = LogAssembler(eventStart: contents.eventStart)
            do throws(LogFilesError) { return .success(try contents.files.seek(position)) } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// What comes next.
    /// - Parameters:
    ///   - isPatient: whether an event may wait for further lines. Without, all whole lines are handed out.
    ///   - isOver: whether the container has ended, so that nothing more will be written.
    func read(isPatient: Bool, isOver: Bool) throws(LogFilesError) -> Portion {
        let result = contents.withLock { contents -> Result<Portion, LogFilesError> in
            do throws(LogFilesError) {
                return .success(try LogSource.read(&contents.files, &contents.assembler, isPatient, isOver))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func read(
        _ files: inout LogFiles, _ assembler: inout LogAssembler, _ isPatient: Bool, _ isOver: Bool
    ) throws(LogFilesError) -> Portion {
        var portion = Portion()
        var bytes = 0
        while bytes < portionBytes, !portion.isAtEnd {
            let before = portion.events.count
            portion.isAtEnd = try !files.read { record, place, end in
                assembler.take(record, at: place, end: end, &portion.events)
            }
            bytes += portion.events[before...].reduce(0) { $0 + $1.message.count + 26 }
        }
        if portion.isAtEnd, let end = files.place {
            if isOver {
                assembler.finish(end: end, &portion.events)
            } else if !isPatient {
                assembler.flush(end: end, &portion.events)
            }
        }
        portion.hasLost = files.hasLost
        files.hasLost = false
        return portion
    }
}
