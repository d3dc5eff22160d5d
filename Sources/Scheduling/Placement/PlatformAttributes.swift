import AWSModels

/// The attributes of instances that can run what a definition's runtime platform says; none without one.
///
/// Agents register what their host is. A definition that names no platform runs where it is placed.
/// Source: Amazon ECS API Reference, RuntimePlatform; Developer Guide, Container instance attributes.
func platformAttributes(_ platform: ECS.RuntimePlatform?) -> [ECS.Attribute] {
    var attributes: [ECS.Attribute] = []
    switch platform?.cpuArchitecture {
    case .x8664?: attributes.append(ECS.Attribute(name: "ecs.cpu-architecture", value: "x86_64"))
    case .arm64?: attributes.append(ECS.Attribute(name: "ecs.cpu-architecture", value: "arm64"))
    case nil: break
    }
    if let family = platform?.operatingSystemFamily {
        attributes.append(ECS.Attribute(name: "ecs.os-family", value: family.rawValue))
    }
    return attributes
}
