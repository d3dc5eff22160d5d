import AWSModels
import Scheduling
import State

/// An agent is told to stop a task only when no target of it is there any more, registered or draining.
struct TargetsDrainFirst: Invariant {
    static let name = "targets drain before their task stops"

    mutating func check(_ scene: Scene) -> String? {
        for case .toldToStop(_, let arn) in scene.acts {
            // A task that is over has nothing left that could answer; its targets drain for those who still ask.
            guard let task = scene.durable.get(Scene.key(ofTask: arn)), task.lastStatus != .stopped,
                scene.durable.holdsTargets(task)
            else { continue }
            return "the agent is told to stop \(task.key), which still has targets"
        }
        return nil
    }
}
