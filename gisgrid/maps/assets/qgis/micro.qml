<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields|Forms" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
    <rules key="{grids}">
      <rule key="{grid-0}" symbol="0" label="未申报户数 not declared" filter="&quot;households&quot; IS NULL"/>
      <rule key="{grid-1}" symbol="1" label="少于300户 under 300" filter="&quot;households&quot; &lt; 300 AND &quot;range_reason&quot; IS NULL"/>
      <rule key="{grid-2}" symbol="2" label="300至500户 within 300–500" filter="&quot;households&quot; BETWEEN 300 AND 500"/>
      <rule key="{grid-3}" symbol="3" label="多于500户 over 500" filter="&quot;households&quot; &gt; 500 AND &quot;range_reason&quot; IS NULL"/>
      <rule key="{grid-4}" symbol="4" label="户数已认可 accepted" filter="&quot;households&quot; NOT BETWEEN 300 AND 500 AND &quot;range_reason&quot; IS NOT NULL"/>
      <rule key="{grid-5}" symbol="5" label="专属网格 special" filter="&quot;special&quot;"/>
    </rules>
    <symbols>
      <symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="189,189,189,110"/>
            <Option type="QString" name="style" value="solid"/>
            <Option type="QString" name="outline_color" value="64,64,64,255"/>
            <Option type="QString" name="outline_width" value="0.26"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="1" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="67,147,195,130"/>
            <Option type="QString" name="style" value="solid"/>
            <Option type="QString" name="outline_color" value="64,64,64,255"/>
            <Option type="QString" name="outline_width" value="0.26"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="2" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="166,219,160,110"/>
            <Option type="QString" name="style" value="solid"/>
            <Option type="QString" name="outline_color" value="64,64,64,255"/>
            <Option type="QString" name="outline_width" value="0.26"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="3" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="214,96,77,130"/>
            <Option type="QString" name="style" value="solid"/>
            <Option type="QString" name="outline_color" value="64,64,64,255"/>
            <Option type="QString" name="outline_width" value="0.26"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="4" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="253,219,155,130"/>
            <Option type="QString" name="style" value="solid"/>
            <Option type="QString" name="outline_color" value="64,64,64,255"/>
            <Option type="QString" name="outline_width" value="0.26"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="solid"/>
            <Option type="QString" name="joinstyle" value="miter"/>
            <Option type="QString" name="offset" value="0,0"/>
            <Option type="QString" name="offset_unit" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="5" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option type="QString" name="color" value="0,0,0,0"/>
            <Option type="QString" name="style" value="no"/>
            <Option type="QString" name="outline_color" value="118,42,131,255"/>
            <Option type="QString" name="outline_width" value="0.8"/>
            <Option type="QString" name="outline_width_unit" value="MM"/>
            <Option type="QString" name="outline_style" value="dash"/>
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
      <text-style fieldName="&quot;code&quot; || '\n' || coalesce(to_string(&quot;households&quot;), '–')" isExpression="1" fontSize="8" fontSizeUnit="Point" fontWeight="50" textColor="40,40,40,255" textOpacity="1" multilineHeight="1">
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
