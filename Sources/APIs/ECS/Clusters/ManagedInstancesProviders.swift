import AWSModels
import AWSWire

/// Rules for capacity providers of Amazon ECS Managed Instances.
///
/// Nobody launches instances for them yet: the configuration is stored and shown, and tasks wait in PROVISIONING until
/// instances register that name the provider.
enum ManagedInstancesProviders {
    /// The provider of a request with its defaults.
    /// - Throws: `InvalidParameterException`.
    static func checked(
        _ wish: ECS.CreateManagedInstancesProviderConfiguration
    ) throws(WireError) -> ECS.ManagedInstancesProvider {
        var template = wish.instanceLaunchTemplate
        template.monitoring = template.monitoring ?? .basic
        template.capacityOptionType = template.capacityOptionType ?? .onDemand
        let provider = ECS.ManagedInstancesProvider(
            infrastructureRoleArn: wish.infrastructureRoleArn, instanceLaunchTemplate: template,
            propagateTags: wish.propagateTags ?? PropagateTags.none,
            infrastructureOptimization: wish.infrastructureOptimization,
            autoRepairConfiguration: wish.autoRepairConfiguration)
        try check(provider, template)
        return provider
    }

    /// `old` with what a request changes. The launch template's absent members stay as they are.
    /// - Throws: `InvalidParameterException`.
    static func updated(
        _ old: ECS.ManagedInstancesProvider, with update: ECS.UpdateManagedInstancesProviderConfiguration
    ) throws(WireError) -> ECS.ManagedInstancesProvider {
        var provider = old
        provider.infrastructureRoleArn = update.infrastructureRoleArn
        if let value = update.propagateTags { provider.propagateTags = value }
        if let value = update.infrastructureOptimization { provider.infrastructureOptimization = value }
        if let value = update.autoRepairConfiguration { provider.autoRepairConfiguration = value }
        if var template = old.instanceLaunchTemplate {
            change(&template, update.instanceLaunchTemplate)
            provider.instanceLaunchTemplate = template
            try check(provider, template)
        }
        return provider
    }

    private typealias PropagateTags = ECS.PropagateMITags

    private static func change(_ template: inout ECS.InstanceLaunchTemplate, _ new: ECS.InstanceLaunchTemplateUpdate) {
        if let value = new.ec2InstanceProfileArn { template.ec2InstanceProfileArn = value }
        if let value = new.networkConfiguration { template.networkConfiguration = value }
        if let value = new.storageConfiguration { template.storageConfiguration = value }
        if let value = new.instanceMetadataTagsPropagation { template.instanceMetadataTagsPropagation = value }
        if let value = new.localStorageConfiguration { template.localStorageConfiguration = value }
        if let value = new.monitoring { template.monitoring = value }
        if let value = new.instanceRequirements { template.instanceRequirements = value }
        if let value = new.capacityReservations { template.capacityReservations = value }
    }

    /// Source: Amazon ECS API Reference, CreateManagedInstancesProviderConfiguration and InstanceLaunchTemplate.
    private static func check(
        _ provider: ECS.ManagedInstancesProvider, _ template: ECS.InstanceLaunchTemplate
    ) throws(WireError) {
        guard isARN(provider.infrastructureRoleArn, of: "role/") else {
            throw .invalidParameter("infrastructureRoleArn must be the ARN of an IAM role.")
        }
        guard isARN(template.ec2InstanceProfileArn, of: "instance-profile/") else {
            throw .invalidParameter("ec2InstanceProfileArn must be the ARN of an IAM instance profile.")
        }
        guard !(template.networkConfiguration.subnets ?? []).isEmpty else {
            throw .invalidParameter("networkConfiguration must name at least one subnet.")
        }
        if let seconds = provider.infrastructureOptimization?.scaleInAfter {
            guard (-1...3_600).contains(seconds) else {
                throw .invalidParameter("scaleInAfter must be between -1 and 3600.")
            }
        }
        guard template.capacityReservations == nil || template.capacityOptionType == .reserved else {
            throw .invalidParameter("capacityReservations can only be given when capacityOptionType is RESERVED.")
        }
    }

    private static func isARN(_ text: String?, of resource: String) -> Bool {
        guard let arn = text.flatMap({ ARN($0) }) else { return false }
        return arn.service == "iam" && arn.resource.hasPrefix(resource)
    }
}
