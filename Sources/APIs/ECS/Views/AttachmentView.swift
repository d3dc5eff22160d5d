import AWSModels
import State

extension ECS.Attachment {
    /// The network interface of a task. Before it is attached only its subnet is shown.
    /// Source: Amazon ECS API Reference, Attachment. Observed: the names of its details.
    init(_ interface: TaskInterface, of task: TaskRecord, _ realm: Realm) {
        var details = [("subnetId", interface.subnetID)]
        if task.lastStatus > .provisioning {
            details += [
                ("networkInterfaceId", interface.id), ("macAddress", interface.macAddress),
                ("privateDnsName", DefaultNetwork(realm).privateDNSName(of: interface.address)),
                ("privateIPv4Address", interface.address),
            ]
        }
        self.init(
            id: interface.attachmentID, type: "ElasticNetworkInterface", status: ECS.Attachment.status(of: task),
            details: details.map { ECS.KeyValuePair(name: $0.0, value: $0.1) })
    }

    private static func status(of task: TaskRecord) -> String {
        switch task.lastStatus {
        case .provisioning: "PRECREATED"
        case .pending, .activating, .running, .deactivating, .stopping: "ATTACHED"
        case .deprovisioning: "DETACHING"
        case .stopped: "DELETED"
        }
    }
}

extension ECS.NetworkInterface {
    /// The network interface of a task as each of its containers shows it.
    init(_ interface: TaskInterface) {
        self.init(attachmentId: interface.attachmentID, privateIpv4Address: interface.address)
    }
}
