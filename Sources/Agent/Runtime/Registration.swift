import AWSModels
import AWSWire

extension AgentConfiguration {
    /// The registration as the API call's input.
    /// - Parameters:
    ///   - instanceID: what takes the place of an EC2 instance's id.
    ///   - arn: the registration before, so that the server knows the instance again.
    /// Source: observed, Fixtures/api-register-ec2.json.
    package func registration(
        instanceID: String, arn: String?, engine: String
    ) -> ECS.RegisterContainerInstanceRequest {
        ECS.RegisterContainerInstanceRequest(
            cluster: cluster, instanceIdentityDocument: identityDocument(instanceID),
            instanceIdentityDocumentSignature: "", totalResources: resources,
            versionInfo: ECS.VersionInfo(
                agentVersion: SessionQuery.agentVersion, agentHash: SessionQuery.agentHash,
                dockerVersion: "DockerVersion: \(engine)"),
            containerInstanceArn: arn, attributes: registeredAttributes,
            platformDevices: gpuIDs.isEmpty ? nil : gpuIDs.map { ECS.PlatformDevice(id: $0, type: .gpu) })
    }

    private func identityDocument(_ instanceID: String) -> String {
        let document: JSONValue = [
            "architecture": .string(Capabilities.architecture), "availabilityZone": .string(availabilityZone),
            "instanceId": .string(instanceID), "instanceType": .string(instanceType),
            "privateIp": .string(privateAddress), "region": .string(region),
            "version": "2017-09-30",
        ]
        return String(decoding: document.encode(), as: UTF8.self)
    }

    private var resources: [ECS.Resource] {
        [
            ECS.Resource(name: "CPU", type: "INTEGER", integerValue: cpuUnits),
            ECS.Resource(name: "MEMORY", type: "INTEGER", integerValue: memoryMiB),
            ECS.Resource(name: "PORTS", type: "STRINGSET", stringSetValue: reservedPorts.map { "\($0)" }),
            ECS.Resource(name: "PORTS_UDP", type: "STRINGSET", stringSetValue: []),
        ]
    }

    private var registeredAttributes: [ECS.Attribute] {
        let own = [
            ("ecs.os-type", "linux"), ("ecs.os-family", "LINUX"), ("ecs.os-type-detailed", "LINUX"),
            ("ecs.cpu-architecture", Capabilities.architecture), ("ecs.availability-zone", availabilityZone),
            ("ecs.instance-type", instanceType),
        ]
        return attributes.sorted { $0.key < $1.key }.map { ECS.Attribute(name: $0.key, value: $0.value) }
            + Capabilities.names.map { ECS.Attribute(name: $0) }
            + own.map { ECS.Attribute(name: $0.0, value: $0.1) }
    }
}
