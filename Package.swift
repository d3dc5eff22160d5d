// swift-tools-version: 6.1
import PackageDescription

// One package, a strict DAG: see docs/architecture.md. `make build` checks every arrow with
// --explicit-target-dependency-import-check error.

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "roost",
    products: [.executable(name: "roost", targets: ["Server"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Wire: bytes and values.
        .target(name: "AWSWire", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "AWSModels", dependencies: ["AWSWire"]),
        .target(name: "NodeLink", dependencies: ["AWSWire"]),

        // State: records, decisions, disk.
        .target(name: "State", dependencies: ["AWSWire", "AWSModels", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Scheduling", dependencies: ["State", "AWSWire", "AWSModels"]),
        .target(name: "Storage", dependencies: ["State", "AWSWire", .product(name: "GRDB", package: "GRDB.swift")]),

        // Server: requests and loops.
        .target(name: "Telemetry", dependencies: ["AWSWire"]),
        .target(name: "LogStore", dependencies: ["AWSWire"]),
        .target(name: "APIPipeline", dependencies: ["State", "AWSWire", "AWSModels"]),
        .target(
            name: "ECSAPI", dependencies: ["APIPipeline", "Scheduling", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/ECS"),
        .target(
            name: "STSAPI", dependencies: ["APIPipeline", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/STS"),
        .target(
            name: "ELBAPI", dependencies: ["APIPipeline", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/ELB"),
        .target(
            name: "EC2API", dependencies: ["APIPipeline", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/EC2"),
        .target(
            name: "ACMAPI",
            dependencies: [
                "APIPipeline", "State", "AWSWire", "AWSModels", .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Sources/APIs/ACM"),
        .target(
            name: "LogsAPI", dependencies: ["APIPipeline", "LogStore", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/Logs"),
        .target(
            name: "SSMAPI", dependencies: ["APIPipeline", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/SSM"),
        .target(
            name: "SecretsManagerAPI", dependencies: ["APIPipeline", "State", "AWSWire", "AWSModels"],
            path: "Sources/APIs/SecretsManager"),
        .target(
            name: "Control",
            dependencies: ["APIPipeline", "Scheduling", "State", "Telemetry", "NodeLink", "AWSWire", "AWSModels"]),

        // Node: what runs beside the containers.
        .target(name: "NodeNet", dependencies: ["AWSWire", .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio),
        .target(name: "Agent", dependencies: ["AWSWire", "AWSModels", "NodeLink", "NodeNet", log] + nio),
        .target(name: "Balancer", dependencies: ["AWSWire", "NodeLink", "NodeNet", log] + nio),

        // Top.
        .systemLibrary(name: "CMalloc"),
        .target(
            name: "Simulation",
            dependencies: [
                "Agent", "APIPipeline", "Control", "ECSAPI", "STSAPI", "Scheduling", "State", "NodeLink", "NodeNet",
                "AWSWire", "AWSModels",
            ]),
        .executableTarget(
            name: "Server",
            dependencies: [
                "Agent", "APIPipeline", "Control", "ACMAPI", "EC2API", "ECSAPI", "ELBAPI", "LogsAPI", "LogStore", "SSMAPI",
                "STSAPI", "SecretsManagerAPI", "Scheduling", "State", "Storage", "Simulation", "Telemetry", "NodeLink", "NodeNet",
                "Balancer", "AWSWire", "AWSModels", "CMalloc", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + nio),

        // Tools.
        .executableTarget(name: "Generate", dependencies: ["AWSWire"]),

        // Tests: one target per module.
        .testTarget(name: "AWSWireTests", dependencies: ["AWSWire", "AWSModels"]),
        .testTarget(name: "StateTests", dependencies: ["State", "Storage", "AWSWire", "AWSModels"]),
        .testTarget(name: "SchedulingTests", dependencies: ["Scheduling", "State", "AWSWire", "AWSModels"]),
        .testTarget(
            name: "ECSAPITests",
            dependencies: [
                "ACMAPI", "EC2API", "ECSAPI", "ELBAPI", "LogsAPI", "LogStore", "SSMAPI", "STSAPI",
                "SecretsManagerAPI", "APIPipeline", "Scheduling", "State", "AWSWire", "AWSModels",
            ]),
        .testTarget(
            name: "LogsTests", dependencies: ["LogsAPI", "LogStore", "APIPipeline", "State", "AWSWire", "AWSModels"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "AWSWire"]),
        .testTarget(
            name: "ControlTests",
            dependencies: [
                "Control", "ECSAPI", "APIPipeline", "Scheduling", "State", "Telemetry", "NodeLink", "AWSWire",
                "AWSModels",
            ]),
        .testTarget(
            name: "AgentTests", dependencies: ["Agent", "NodeLink", "NodeNet", "AWSWire", "AWSModels", log] + nio,
            exclude: ["Fixtures"]),
        .testTarget(
            name: "BalancerTests", dependencies: ["Balancer", "NodeLink", "NodeNet", "AWSWire"] + nio,
            exclude: ["Goldens"]),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Agent", "Balancer", "State", "Telemetry", "AWSWire",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "Agent", "Control", "State", "AWSWire", "AWSModels"]),
        .testTarget(name: "TidyTests"),
    ]
)
