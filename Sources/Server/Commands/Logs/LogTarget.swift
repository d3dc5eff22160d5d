import AWSModels
import AWSWire

/// The output of one container of one task, and where it is.
struct LogTarget: Hashable {
    enum Place: Hashable {
        case stream(group: String, name: String)
        /// Cannot be read through the region; the text says why, and what to do.
        case elsewhere(String)
    }

    /// The task's id.
    var task: String
    var container: String
    var place: Place

    /// What lines of it begin with. The end of the id tells tasks apart: ids begin with the time.
    var label: String { "\(container)/\(task.suffix(8))" }

    /// The output of a task's containers.
    /// - Parameter wanted: a container's name; nil for all.
    static func all(
        of task: ECS.Task, _ definition: ECS.TaskDefinition, container wanted: String?, region: String
    ) -> [LogTarget] {
        let id = String(task.taskArn?.split(separator: "/").last ?? "")
        return (definition.containerDefinitions ?? []).compactMap { container in
            let name = container.name ?? ""
            guard wanted == nil || wanted == name else { return nil }
            let runtime = task.containers?.first { $0.name == name }?.runtimeId
            return LogTarget(
                task: id, container: name, place: place(container, task: id, runtime: runtime, region: region))
        }
    }

    private static func place(
        _ container: ECS.ContainerDefinition, task: String, runtime: String?, region: String
    ) -> Place {
        let driver = container.logConfiguration?.logDriver.rawValue ?? "the engine's own"
        let options = container.logConfiguration?.options ?? [:]
        let onHost = runtime.map { "; on its instance: docker logs \($0.prefix(12))" } ?? ""
        guard container.logConfiguration?.logDriver == .awslogs else {
            return .elsewhere("its log driver is \(driver), which the region cannot read\(onHost)")
        }
        if let endpoint = options["awslogs-endpoint"] { return .elsewhere("its output goes to \(endpoint)\(onHost)") }
        if let other = options["awslogs-region"], other != region {
            return .elsewhere("its output goes to the region \(other)\(onHost)")
        }
        let prefixed = options["awslogs-stream-prefix"].map { "\($0)/\(container.name ?? "")/\(task)" }
        guard let group = options["awslogs-group"], let stream = options["awslogs-stream"] ?? prefixed ?? runtime else {
            return .elsewhere("it has not begun to write")
        }
        return .stream(group: group, name: stream)
    }
}
