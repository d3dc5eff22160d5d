import AWSWire

/// A target that the scheduler registered for a task: it names a `TargetRecord`, which may be gone or another task's by
/// now.
package struct RegisteredTarget: Stored, Equatable {
    /// The target group's ARN.
    package var targetGroup = ""
    /// The id of the task's instance, or the address of the task.
    package var id = ""
    package var port = 0

    package init() {}

    package init(targetGroup: String, id: String, port: Int) {
        self.targetGroup = targetGroup
        self.id = id
        self.port = port
    }

    package static let fields = FieldTable<RegisteredTarget>([
        .init("targetGroup", \.targetGroup),
        .init("id", \.id),
        .init("port", \.port),
    ])
}
