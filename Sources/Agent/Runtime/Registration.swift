import AWSModels
import AWSWire

extension AgentConfiguration {
    /// The registration as the API call's input. Versions are not in it: the session's query names them.
    ///
    /// The token is the same whenever this instance registers, so that an answer that was lost leaves no second one.
    /// - Parameters:
    ///   - instanceID: what takes the place of an EC2 instance's id.
    ///   - arn: the registration before, so that the server knows the instance again.
    ///   - volumeDrivers: the engine's.
    ///   - hasInterfaces: whether tasks can have network interfaces of their own.
    ///   - servesEndpoints: whether containers get credentials; without, no task with a role is placed here.
    /// Source: observed, Fixtures/api-register-ec2.json.
    package func registration(
        instanceID: String, arn: String?, volumeDrivers: [String] = ["local"], servesEndpoints: Bool = true,
        hasInterfaces: Bool = true
    ) -> ECS.RegisterContainerInstanceRequest {
        ECS.RegisterContainerInstanceRequest(
            cluster: cluster, instanceIdentityDocument: identityDocument(instanceID),
            instanceIdentityDocumentSignature: "", totalResources: resources, containerInstanceArn: arn,
            attributes: attributes(volumeDrivers).filter {
                (servesEndpoints || !Capabilities.ofEndpoints.contains($0.name))
                    && (hasInterfaces || $0.name != Capabilities.ofInterfaces)
            },
            platformDevices: gpuIDs.isEmpty ? nil : gpuIDs.map { ECS.PlatformDevice(id: $0, type: .gpu) },
            clientToken: instanceID)
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

    private func attributes(_ volumeDrivers: [String]) -> [ECS.Attribute] {
        let own = [
            ("ecs.os-type", "linux"), ("ecs.os-family", "LINUX"), ("ecs.os-type-detailed", "LINUX"),
            ("ecs.cpu-architecture", Capabilities.architecture), ("ecs.availability-zone", availabilityZone),
            ("ecs.instance-type", instanceType),
        ]
        return attributes.sorted { $0.key < $1.key }.map { ECS.Attribute(name: $0.key, value: $0.value) }
            + (Capabilities.names + Capabilities.ofVolumes(volumeDrivers)).map { ECS.Attribute(name: $0) }
            + own.map { ECS.Attribute(name: $0.0, value: $0.1) }
    }
}
