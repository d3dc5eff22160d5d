import AWSWire

/// A network interface of the region's VPC, which is a task's own. Its address is its key, so that no two have the
/// same. It is there from the task's placement until the task is STOPPED.
/// Source: Amazon EC2 API Reference, NetworkInterface.
package struct NetworkInterfaceRecord: Record {
    /// For example `172.31.16.5`.
    package var address = ""
    /// `eni-` and 17 hexadecimal digits.
    package var id = ""
    /// Six bytes, for example `02:4a:10:00:00:01`.
    package var macAddress = ""
    package var subnetID = ""
    package var availabilityZone = ""
    /// The ids of its security groups.
    package var securityGroups: [String] = []
    /// The task's key, `cluster/id`.
    package var task = ""
    /// The id of the attachment that the task shows.
    package var attachmentID = ""
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ address: String) -> Key<NetworkInterfaceRecord> { Key(path: address) }
    package var key: Key<NetworkInterfaceRecord> { NetworkInterfaceRecord.key(address) }

    package static let fields = FieldTable<NetworkInterfaceRecord>([
        .init("address", \.address),
        .init("id", \.id),
        .init("macAddress", \.macAddress),
        .init("subnetID", \.subnetID),
        .init("availabilityZone", \.availabilityZone),
        .init("securityGroups", \.securityGroups),
        .init("task", \.task),
        .init("attachmentID", \.attachmentID),
        .init("createdAt", \.createdAt),
    ])
}
