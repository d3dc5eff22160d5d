import Testing

@testable import ECSAPI

@Suite("TaskSize") struct TaskSizeTests {
    struct Row: Sendable {
        var text: String
        var units: Int?
    }

    @Test(
        "reads CPU as units or vCPU",
        arguments: [
            Row(text: "256", units: 256), Row(text: "1 vCPU", units: 1_024), Row(text: "1 vcpu", units: 1_024),
            Row(text: ".5 vCPU", units: 512), Row(text: "0.25vCPU", units: 256), Row(text: "2. vCPU", units: 2_048),
            Row(text: "", units: nil), Row(text: "vCPU", units: nil), Row(text: "-1", units: nil),
            Row(text: "1e3", units: nil), Row(text: "1 GB", units: nil), Row(text: "0x10", units: nil),
            Row(text: "inf vCPU", units: nil), Row(text: "99999999999999999999", units: nil),
            Row(text: "0.0001 vCPU", units: nil), Row(text: "1.2.3 vCPU", units: nil), Row(text: ". vCPU", units: nil),
        ])
    func cpu(row: Row) { #expect(TaskSize.cpuUnits(row.text) == row.units) }

    @Test(
        "reads memory as MiB or GB",
        arguments: [
            Row(text: "512", units: 512), Row(text: "1GB", units: 1_024), Row(text: "1 GB", units: 1_024),
            Row(text: "0.5 gb", units: 512), Row(text: "1 vCPU", units: nil), Row(text: "GB", units: nil),
            Row(text: "2147483647", units: 2_147_483_647), Row(text: "2147483648", units: nil),
            Row(text: "9223372036854775807", units: nil),
        ])
    func memory(row: Row) { #expect(TaskSize.memoryMiB(row.text) == row.units) }
}
