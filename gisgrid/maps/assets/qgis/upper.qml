<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields|Forms" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
    <rules key="{grids}">
      <rule key="{grid-0}" symbol="0" label="单元、区域网格 unit and area grids"/>
    </rules>
    <symbols>
      <symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="0,0,0,0"/>
            <Option type="QString" name="style" value="no"/>
            <Option type="QString" name="outline_color" value="33,33,33,255"/>
            <Option type="QString" name="outline_width" value="0.9"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="coalesce(nullif(&quot;name&quot;, ''), &quot;code&quot;)" isExpression="1" fontSize="10" fontSizeUnit="Point" fontWeight="75" textColor="33,33,33,255" textOpacity="1" multilineHeight="1">
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="1"/>
      </text-style>
      <text-format multilineAlign="1"/>
      <placement placement="1" polygonPlacementFlags="2" centroidInside="1"/>
      <rendering drawLabels="1" obstacle="0" scaleVisibility="0" fontLimitPixelSize="0"/>
    </settings>
  </labeling>
  <constraints>
    <constraint field="code" constraints="1" notnull_strength="1" unique_strength="0" exp_strength="0"/>
    <constraint field="name" constraints="0" notnull_strength="0" unique_strength="0" exp_strength="0"/>
    <constraint field="parent" constraints="0" notnull_strength="0" unique_strength="0" exp_strength="0"/>
    <constraint field="special" constraints="0" notnull_strength="0" unique_strength="0" exp_strength="0"/>
    <constraint field="households" constraints="0" notnull_strength="0" unique_strength="0" exp_strength="0"/>
    <constraint field="range_reason" constraints="0" notnull_strength="0" unique_strength="0" exp_strength="0"/>
  </constraints>
  <aliases>
    <alias field="id" index="0" name="编号 id"/>
    <alias field="code" index="1" name="编码 code"/>
    <alias field="name" index="2" name="名称 name"/>
    <alias field="parent" index="3" name="上级编码 parent"/>
    <alias field="special" index="4" name="专属网格 special"/>
    <alias field="households" index="5" name="申报户数 households"/>
    <alias field="range_reason" index="6" name="户数认可理由 range reason"/>
  </aliases>
  <editable>
    <field name="id" editable="0"/>
    <field name="code" editable="1"/>
    <field name="name" editable="1"/>
    <field name="parent" editable="1"/>
    <field name="special" editable="1"/>
    <field name="households" editable="1"/>
    <field name="range_reason" editable="1"/>
  </editable>
  <layerGeometryType>2</layerGeometryType>
</qgis>
