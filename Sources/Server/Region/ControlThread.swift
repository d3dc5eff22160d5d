import AWSWire
import Control
import NIOCore
import NIOPosix
import State
import Synchronization

/// Gives the control loop its thread and its alarm clock.
final class ControlThread: Sendable {
    private struct Contents {
        var lane: Lane?
        var loop: ControlLoop?
        var alarm: Scheduled<Void>?
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let contents = Mutex(Contents())

    /// Begins to run `loop`, which calls `wake` when there is work.
    func start(_ loop: ControlLoop, _ lane: Lane) {
        contents.withLock {
            $0.loop = loop
            $0.lane = lane
        }
        wake()
    }

    /// Lets the loop take a step soon; before the start and after the end nothing happens.
    func wake() {
        // Inside the lock, so that the thread is still there.
        contents.withLock { contents in
            if contents.loop != nil { group.next().execute { self.step() } }
        }
    }

    private func step() {
        let (loop, lane) = contents.withLock { ($0.loop, $0.lane) }
        guard let loop, let lane else { return }
        let now = WallClock.now
        let next = loop.step(on: lane, at: now)
        let alarm = next.map { time in
            let delay = max(1, (time - now).wholeMilliseconds)
            return group.next().scheduleTask(in: .milliseconds(delay)) { self.step() }
        }
        let old = contents.withLock { contents in
            defer { contents.alarm = alarm }
            return contents.alarm
        }
        old?.cancel()
    }

    /// Ends the thread.
    func stop() async {
        contents.withLock { $0.loop = nil }
        try? await group.shutdownGracefully()
    }
}
