import AWSWire
import NodeLink

/// How far the network interface of a task is, where it has one.
enum InterfacePhase: Sendable {
    case waiting, attaching, attached
}

/// The network interface of a task in network mode `awsvpc`: made as soon as the container runs that holds the task's
/// network, and before any other starts. It goes with that container.
extension TaskMachine {
    /// Whether what the container needs of the network is there.
    func mayStart(_ index: Int) -> Bool {
        interface == nil || containers[index].isInternal || attachment == .attached
    }

    /// Whether the network is as far as the task needs it to be said to run.
    var isConnected: Bool { interface == nil || attachment == .attached }

    /// The attachments that the server is to be told of, with the first report.
    var attachments: [String] { attachment == .attached ? [interface?.attachmentARN].compactMap { $0 } : [] }

    /// Asks for the interface once there is somebody to hold it.
    mutating func attach(_ actions: inout [TaskAction]) {
        guard let interface, attachment == .waiting,
            let holder = containers.first(where: \.holdsNetwork), holder.phase == .running, !holder.isUnsure,
            let id = holder.id
        else { return }
        attachment = .attaching
        actions.append(.engine(.attach(task: arn, interface, id: id)))
    }

    mutating func attachFailed(_ failure: EngineFailure, at now: Timestamp, _ actions: inout [TaskAction]) {
        guard attachment == .attaching else { return }
        attachment = .waiting
        switch failure.kind {
        case .unreachable, .timeout:
            // Whether the holder is still there only a survey can say. Asking twice is harmless.
            guard let index = containers.firstIndex(where: \.holdsNetwork) else { return }
            containers[index].isUnsure = true
            actions.append(.schedule(.survey, after: TaskMachine.surveyInterval))
        case .refused, .missing, .final:
            fail("ResourceInitializationError: failed to set up the network interface: \(failure.message)", at: now)
        }
    }
}
