import AWSWire

/// The network interface of a task of network mode awsvpc, as the task shows it for as long as it is described: the
/// interface itself (`NetworkInterfaceRecord`) is gone when the task is STOPPED.
package struct TaskInterface: Stored, Equatable {
    /// A UUID.
    package var attachmentID = ""
    /// `eni-` and 17 hexadecimal digits.
    package var id = ""
    package var subnetID = ""
    package var macAddress = ""
    package var address = ""

    package init() {}

    /// The ARN of the attachment.
    package func attachmentARN(_ realm: Realm) -> String { realm.ecs("attachment/\(attachmentID)") }

    package static let fields = FieldTable<TaskInterface>([
        .init("attachmentID", \.attachmentID),
        .init("id", \.id),
        .init("subnetID", \.subnetID),
        .init("macAddress", \.macAddress),
        .init("address", \.address),
    ])
}
