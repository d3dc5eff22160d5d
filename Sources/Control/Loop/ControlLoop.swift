import AWSWire
import State
import Synchronization

/// Runs the controllers: collects what changed, asks each controller whom it concerns, and lets it decide on the
/// newest state.
///
/// The loop has no thread and no clock of its own: whoever owns it calls `step` when `wake` was called or when the time
/// that `step` returned has come.
package final class ControlLoop: Sendable {
    /// More changes than this are not remembered one by one: then every subject is looked at.
    private static let maximumInbox = 10_000

    private struct Subject: Hashable {
        var controller: Int
        var name: String
    }

    private struct Contents {
        var inbox: [Change] = []
        /// Whether every subject must be looked at: at the start, after an undone flush, after a flood.
        var isEverythingDue = true
        var timers: [Subject: Timestamp] = [:]
        /// Until when subjects are left alone.
        var rests: [Subject: Timestamp] = [:]
        var isWoken = false
        /// Whether `step` runs: it returns the next timer itself.
        var isStepping = false
        /// How many steps wait for the lane to show them the newest state.
        var looks = 0
    }

    private let controllers: [any Controller]
    private let contents = Mutex(Contents())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called, from any thread and inside locks, when `step` should be called soon; must be quick.
    package init(controllers: [any Controller], wake: @escaping @Sendable () -> Void) {
        self.controllers = controllers
        self.wake = wake
    }

    /// Remembers changes for the next step.
    package func note(_ changes: [Change]) {
        let mustWake = contents.withLock { contents in
            if contents.inbox.count + changes.count > ControlLoop.maximumInbox {
                contents.inbox = []
                contents.isEverythingDue = true
            } else {
                contents.inbox += changes
            }
            return ControlLoop.markWoken(&contents)
        }
        if mustWake { wake() }
    }

    /// Lets the next step look at every subject.
    package func noteEverything() {
        let mustWake = contents.withLock { contents in
            contents.inbox = []
            contents.isEverythingDue = true
            return ControlLoop.markWoken(&contents)
        }
        if mustWake { wake() }
    }

    private static func markWoken(_ contents: inout Contents) -> Bool {
        defer { contents.isWoken = true }
        return !contents.isWoken
    }

    /// How long controllers wait when more waits for the disk than should.
    private static let congestionPause: Duration = .milliseconds(20)

    /// Decides for every subject that changed or whose time has come.
    /// - Returns: when to call again though nothing changes; nil for never.
    package func step(on lane: Lane, at now: Timestamp) -> Timestamp? {
        contents.withLock { contents in
            contents.isStepping = true
            contents.looks += 1
        }
        lane.look { head in
            for subject in self.takeSubjects(head, now) { self.decide(subject, lane, now) }
            self.endLook()
        }
        return contents.withLock { contents in
            contents.isStepping = false
            return contents.looks == 0 ? contents.timers.values.min() : nil
        }
    }

    /// A step that did not wait for its look could not tell the next timer: then another one has to.
    private func endLook() {
        let mustWake = contents.withLock { contents in
            contents.looks -= 1
            return !contents.isStepping && !contents.timers.isEmpty
        }
        if mustWake { wake() }
    }

    /// The subjects in a fixed order, so that one history has one future.
    private func takeSubjects(_ snapshot: Snapshot, _ now: Timestamp) -> [Subject] {
        let (inbox, isEverythingDue, due) = contents.withLock { contents in
            defer {
                contents.inbox = []
                contents.isEverythingDue = false
                contents.isWoken = false
            }
            let due = contents.timers.filter { $0.value <= now }.map(\.key)
            for subject in due { contents.timers[subject] = nil }
            return (contents.inbox, contents.isEverythingDue, due)
        }
        var subjects = Set(due)
        for (index, controller) in controllers.enumerated() {
            let names =
                isEverythingDue
                ? controller.allSubjects(in: snapshot)
                : inbox.flatMap { controller.subjects(of: $0, in: snapshot) }
            for name in names { subjects.insert(Subject(controller: index, name: name)) }
        }
        return rested(subjects, now).sorted { ($0.controller, $0.name) < ($1.controller, $1.name) }
    }

    /// Those that need not be left alone any more; the others get a timer.
    private func rested(_ subjects: Set<Subject>, _ now: Timestamp) -> Set<Subject> {
        contents.withLock { contents in
            contents.rests = contents.rests.filter { $0.value > now }
            guard !contents.rests.isEmpty else { return subjects }
            return subjects.filter { subject in
                guard let end = contents.rests[subject] else { return true }
                contents.timers[subject] = min(contents.timers[subject] ?? end, end)
                return false
            }
        }
    }

    private func decide(_ subject: Subject, _ lane: Lane, _ now: Timestamp) {
        lane.submit(at: now) { (transaction, context) throws(WireError) in
            guard !lane.isCongested else {
                let time = now.advanced(by: ControlLoop.congestionPause)
                return self.setTimer(of: subject, to: time, restingUntil: nil)
            }
            let controller = self.controllers[subject.controller]
            let plan = controller.decide(subject.name, transaction.snapshot, &context)
            transaction.apply(plan)
            let rest = controller.rest(after: subject.name, transaction.snapshot)
            self.setTimer(of: subject, to: plan.wakeAt, restingUntil: rest > .zero ? now.advanced(by: rest) : nil)
        } reply: { _ in
            // A refused flush undoes the plan; the lane tells its observer, who sees to it that somebody looks again.
        }
    }

    /// The lane may decide after the step that asked for it: then another step has to see the timer.
    private func setTimer(of subject: Subject, to time: Timestamp?, restingUntil end: Timestamp?) {
        let mustWake = contents.withLock { contents in
            contents.timers[subject] = time
            contents.rests[subject] = end
            return time != nil && !contents.isStepping
        }
        if mustWake { wake() }
    }
}
