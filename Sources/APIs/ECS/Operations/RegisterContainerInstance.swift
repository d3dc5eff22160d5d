import APIPipeline
import AWSModels
import AWSWire
import State

/// An agent registers its host, or comes back with the ARN it was given before.
/// Source: Amazon ECS API Reference, RegisterContainerInstance.
struct RegisterContainerInstance: Operation {
    static let model = ECS.Operations.registerContainerInstance

    func access(
        _ input: ECS.RegisterContainerInstanceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:RegisterContainerInstance", tx.realm.ecs("cluster/\(cluster)"))]
            + taggingAccess(input.tags, tx.realm.ecs("container-instance/\(cluster)/*"), call, tx)
    }

    func perform(
        _ input: ECS.RegisterContainerInstanceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.RegisterContainerInstanceResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let tags = try Tags.checked(input.tags)
        try ClientToken.check(input.clientToken)
        let token = ClientToken(input.clientToken, scope: "RegisterContainerInstance/\(cluster)")
        let known = try known(input.containerInstanceArn, cluster, tx)
        let repeated = try registered(token, cluster, tx, context.now)
        var instance = known ?? repeated ?? new(cluster, input, tags, &context)
        let isNew = instance.version == 0
        try fill(&instance, input, tx.snapshot)
        tx.put(instance)
        if isNew { token?.remember([instance.id], until: context.now.advanced(by: RunTask.tokenLifetime), &tx) }
        return ECS.RegisterContainerInstanceResponse(
            containerInstance: ECS.ContainerInstance(instance, in: tx.snapshot))
    }

    /// The instance that comes back; an INACTIVE or unknown one cannot.
    private func known(
        _ arn: String?, _ cluster: String, _ tx: Transaction
    ) throws(WireError) -> ContainerInstanceRecord? {
        guard let arn, !arn.isEmpty else { return nil }
        let id = try member(arn, "container-instance", of: cluster, tx.realm)
        guard let instance = tx.get(ContainerInstanceRecord.key(cluster, id)), instance.status != .inactive else {
            throw .client("The referenced container instance was not found or is inactive.")
        }
        return instance
    }

    /// The instance that this request made before: its answer was lost.
    /// Source: amazon-ecs-agent, agent/api/ecsclient: one token for all attempts to register.
    private func registered(
        _ token: ClientToken?, _ cluster: String, _ tx: Transaction, _ now: Timestamp
    ) throws(WireError) -> ContainerInstanceRecord? {
        guard let id = try token?.earlierResult(in: tx.snapshot, at: now, { $0 })?.first else { return nil }
        return tx.get(ContainerInstanceRecord.key(cluster, id)).flatMap { $0.status == .inactive ? nil : $0 }
    }

    private func new(
        _ cluster: String, _ input: ECS.RegisterContainerInstanceRequest, _ tags: [ECS.Tag],
        _ context: inout DecisionContext
    ) -> ContainerInstanceRecord {
        var instance = ContainerInstanceRecord()
        instance.cluster = cluster
        instance.id = context.random.hex(32)
        instance.registeredAt = context.now
        instance.tags = tags
        instance.ec2InstanceID =
            IdentityDocument.instanceID(input.instanceIdentityDocument)
            // Source: Amazon ECS Developer Guide, External instances: their ids begin with mi-.
            ?? (isExternal(input) ? "mi-" : "i-") + context.random.hex(17)
        return instance
    }

    private func isExternal(_ input: ECS.RegisterContainerInstanceRequest) -> Bool {
        (input.attributes ?? []).contains { $0.name == "ecs.capability.external" }
    }

    private func fill(
        _ instance: inout ContainerInstanceRecord, _ input: ECS.RegisterContainerInstanceRequest,
        _ snapshot: Snapshot
    ) throws(WireError) {
        let isComingBack = instance.version > 0
        let before = (instance.cpuUnits, instance.memoryMiB)
        instance.takeResources(input.totalResources ?? [], input.platformDevices ?? [])
        if isComingBack, before != (instance.cpuUnits, instance.memoryMiB) {
            throw .client("Container instance type changes are not supported.")
        }
        instance.version += 1
        instance.platformDevices = input.platformDevices ?? []
        instance.agentVersion = input.versionInfo?.agentVersion ?? instance.agentVersion
        instance.agentHash = input.versionInfo?.agentHash ?? instance.agentHash
        instance.privateIPv4Address =
            IdentityDocument.privateIPv4Address(input.instanceIdentityDocument) ?? instance.privateIPv4Address
        instance.dockerVersion = input.versionInfo?.dockerVersion ?? instance.dockerVersion
        instance.attributes = attributes(input, instance, snapshot)
        instance.capacityProviderName = capacityProvider(of: instance)
    }

    /// The capacity provider the instance belongs to; nil for none.
    ///
    /// On EC2 the instance's Auto Scaling group says it. There is no Auto Scaling API yet, so the agent does: with the
    /// attribute `ecs.capacity-provider`. Whoever launches instances for a provider is to decide it here.
    private func capacityProvider(of instance: ContainerInstanceRecord) -> String? {
        let attribute = instance.attributes.last { $0.name == "ecs.capacity-provider" }
        return attribute?.value.flatMap { Names.isName($0) ? $0 : nil }
    }

    /// What the agent sent, and a zone when it sent none. Attributes without `ecs.` in front are the user's.
    private func attributes(
        _ input: ECS.RegisterContainerInstanceRequest, _ instance: ContainerInstanceRecord, _ snapshot: Snapshot
    ) -> [ECS.Attribute] {
        var attributes = (input.attributes ?? []).map { ECS.Attribute(name: $0.name, value: $0.value) }
        if !attributes.contains(where: { $0.name == "ecs.availability-zone" }) {
            let zone =
                IdentityDocument.availabilityZone(input.instanceIdentityDocument)
                ?? instance.availabilityZone ?? snapshot.realm.region + "a"
            attributes.append(ECS.Attribute(name: "ecs.availability-zone", value: zone))
        }
        return attributes
    }
}

extension ContainerInstanceRecord {
    /// Takes the resources that the agent registers.
    ///
    /// GPUs are a resource of their own, or the devices: official agents send the devices.
    /// Source: amazon-ecs-agent, agent/api/ecsclient: getPlatformDevices.
    fileprivate mutating func takeResources(_ resources: [ECS.Resource], _ devices: [ECS.PlatformDevice]) {
        otherResources = []
        gpuIDs = devices.filter { $0.type == .gpu }.map(\.id).withoutRepeats
        for resource in resources {
            switch resource.name {
            case "CPU": cpuUnits = max(0, resource.integerValue ?? 0)
            case "MEMORY": memoryMiB = max(0, resource.integerValue ?? 0)
            case "PORTS": reservedPorts = (resource.stringSetValue ?? []).compactMap { Int($0) }
            case "PORTS_UDP": reservedUDPPorts = (resource.stringSetValue ?? []).compactMap { Int($0) }
            case "GPU": gpuIDs = (resource.stringSetValue ?? []).withoutRepeats
            default: otherResources.append(resource)
            }
        }
    }
}

extension [String] {
    /// Each text once, where it was first.
    fileprivate var withoutRepeats: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
