import AWSWire
import Control
import State

/// Gives the control loop its turns, as a thread and an alarm clock would.
///
/// Safe because a world runs in one thread.
final class ControlClock: @unchecked Sendable {
    private let timeline: Timeline
    private let dice: Dice
    private var loop: ControlLoop?
    private var lane: Lane?
    private var isDue = false
    /// Counts alarms, so that one that was set anew does not ring twice.
    private var alarm = 0

    init(_ timeline: Timeline, _ dice: Dice) {
        self.timeline = timeline
        self.dice = dice
    }

    func start(_ loop: ControlLoop, _ lane: Lane) {
        self.loop = loop
        self.lane = lane
        wake()
    }

    func stop() { loop = nil }

    /// Called when there is work, also inside the lane's lock.
    func wake() {
        guard !isDue else { return }
        isDue = true
        timeline.after(dice.milliseconds(0...5)) { [self] in
            isDue = false
            step()
        }
    }

    private func step() {
        guard let loop, let lane else { return }
        alarm += 1
        let number = alarm
        guard let next = loop.step(on: lane, at: timeline.now) else { return }
        timeline.after(max(.milliseconds(1), next - timeline.now)) { [self] in
            if number == alarm { step() }
        }
    }
}
