import AWSModels
import AWSWire
import State

/// Rules for the volumes that a service or a task configures at launch.
/// Source: Amazon ECS API Reference, ServiceVolumeConfiguration, ServiceManagedEBSVolumeConfiguration and UpdateService
/// (volumeConfigurations).
enum VolumeConfigurationRules {
    /// What a type of volume may have.
    private struct Bounds {
        var sizeGiB: ClosedRange<Int>
        /// Nil for a type that takes none.
        var iops: ClosedRange<Int>?
    }

    private static let bounds: [String: Bounds] = [
        "gp2": Bounds(sizeGiB: 1...16_384), "gp3": Bounds(sizeGiB: 1...16_384, iops: 3_000...16_000),
        "io1": Bounds(sizeGiB: 4...16_384, iops: 100...64_000),
        "io2": Bounds(sizeGiB: 4...16_384, iops: 100...256_000),
        "st1": Bounds(sizeGiB: 125...16_384), "sc1": Bounds(sizeGiB: 125...16_384),
        "standard": Bounds(sizeGiB: 1...1_024),
    ]
    /// Source: Amazon EC2 API Reference, CreateVolume (Throughput, VolumeInitializationRate), in MiB/s.
    private static let throughputs = 125...1_000
    private static let initializationRates = 100...300
    private static let reservedTags = ["AmazonECSCreated", "AmazonECSManaged"]

    static func check(_ service: ServiceRecord, _ definition: TaskDefinitionRecord) throws(WireError) {
        let configurations = service.settings.volumeConfigurations
        try check(configurations, definition)
        guard configurations.isEmpty || service.schedulingStrategy == .replica else {
            throw .invalidParameter("The daemon scheduling strategy does not support volumeConfigurations.")
        }
    }

    /// Checks the volumes of tasks without a service.
    static func check(
        _ configurations: [ECS.TaskVolumeConfiguration]?, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        try check((configurations ?? []).map(\.asOfService), definition)
    }

    private static func check(
        _ configurations: [ECS.ServiceVolumeConfiguration], _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        let launched = (definition.definition.volumes ?? []).filter { $0.configuredAtLaunch == true }.compactMap(\.name)
        for configuration in configurations {
            guard launched.contains(configuration.name) else {
                throw .invalidParameter(
                    "The volume \(configuration.name) is not configured at launch by the task definition.")
            }
            guard let volume = configuration.managedEBSVolume else {
                throw .invalidParameter("The volume \(configuration.name) must have a managedEBSVolume.")
            }
            try check(volume, definition)
        }
        guard Set(configurations.map(\.name)).count == configurations.count else {
            throw .invalidParameter("The names of volumeConfigurations must be unique.")
        }
        if let missing = launched.first(where: { name in !configurations.contains { $0.name == name } }) {
            throw .invalidParameter(
                "The volume \(missing) is configured at launch. Specify it in volumeConfigurations and try again.")
        }
    }

    private static func check(
        _ volume: ECS.ServiceManagedEBSVolumeConfiguration, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        try ARN.checkRole(volume.roleArn, "roleArn of managedEBSVolume")
        let type = volume.volumeType ?? "gp3"
        guard let bounds = bounds[type] else {
            throw .invalidParameter("Invalid volumeType: \(type).")
        }
        guard volume.sizeInGiB != nil || volume.snapshotId != nil else {
            throw .invalidParameter("managedEBSVolume must have a sizeInGiB or a snapshotId.")
        }
        try expect(volume.sizeInGiB, in: bounds.sizeGiB, "sizeInGiB of \(type) volumes")
        try checkSpeed(volume, type, bounds.iops)
        guard volume.filesystemType != .ntfs || definition.definition.isWindows else {
            throw .invalidParameter("The filesystemType ntfs is for Windows only.")
        }
        try check(volume.tagSpecifications ?? [])
    }

    private static func checkSpeed(
        _ volume: ECS.ServiceManagedEBSVolumeConfiguration, _ type: String, _ range: ClosedRange<Int>?
    ) throws(WireError) {
        if let range {
            try expect(volume.iops, in: range, "iops of \(type) volumes")
            guard volume.iops != nil || type == "gp3" else {
                throw .invalidParameter("iops is required for \(type) volumes.")
            }
        } else {
            guard volume.iops == nil else { throw .invalidParameter("iops is not supported for \(type) volumes.") }
        }
        guard volume.throughput == nil || type == "gp3" else {
            throw .invalidParameter("throughput is only supported for gp3 volumes.")
        }
        try expect(volume.throughput, in: throughputs, "throughput")
        guard volume.volumeInitializationRate == nil || volume.snapshotId != nil else {
            throw .invalidParameter("volumeInitializationRate needs a snapshotId.")
        }
        try expect(volume.volumeInitializationRate, in: initializationRates, "volumeInitializationRate")
    }

    private static func check(_ specifications: [ECS.EBSTagSpecification]) throws(WireError) {
        guard specifications.count <= 1 else {
            throw .invalidParameter("A volume can have one tag specification at most.")
        }
        for specification in specifications {
            let tags = try Tags.checked(specification.tags)
            if let key = tags.compactMap(\.key).first(where: reservedTags.contains) {
                throw .invalidParameter("The tag \(key) is reserved for volumes that Amazon ECS manages.")
            }
        }
    }

    private static func expect(_ value: Int?, in range: ClosedRange<Int>, _ name: String) throws(WireError) {
        guard let value, !range.contains(value) else { return }
        throw .invalidParameter("The \(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }
}

extension ECS.TaskVolumeConfiguration {
    /// The same volume in a service's form, which has the same members, but not what becomes of it after the task.
    fileprivate var asOfService: ECS.ServiceVolumeConfiguration { .trusted(encoded()) }
}
